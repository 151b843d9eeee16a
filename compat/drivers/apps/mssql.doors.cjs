'use strict'

const { called, statement } = require('./serve.cjs')

/** mssql and tedious, without a server: whatever is let through fails for want of a connection. */
exports.doors = ({ mssql, tedious }) => {
  const pool = new mssql.ConnectionPool({ server: '127.0.0.1', user: 'sa', password: 'x', database: 'x' })
  const request = () => new mssql.Request(pool)
  const connection = new tedious.Connection({ server: '127.0.0.1', options: { port: 1, trustServerCertificate: true } })
  connection.on('error', () => {})
  const rows = (result) => result.recordset
  return {
    query: (name) => request().query(statement(name)).then(rows),
    callback: (name) => called((done) => request().query(statement(name), done)),
    batch: (name) => request().batch(statement(name)).then(rows),
    pool: (name) => pool.query(statement(name)).then(rows),
    prepare: (name) => new mssql.PreparedStatement(pool).prepare(statement(name)),
    tedious: (name) => called((done) => connection.execSql(new tedious.Request(statement(name), done))),
    'tedious-batch': (name) => called((done) => connection.execSqlBatch(new tedious.Request(statement(name), done))),

    bound: (name) => request().input('name', name).query('select name from account where name = @name'),
    'bound-template': (name) => pool.query`select name from account where name = ${name}`,
    'bound-tedious': (name) =>
      called((done) => {
        const asked = new tedious.Request('select name from account where name = @name', done)
        asked.addParameter('name', tedious.TYPES.NVarChar, name)
        connection.execSql(asked)
      }),
  }
}
