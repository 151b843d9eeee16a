import { aggregate, Query, updateMany, updateOne } from 'mingo'
import { deserialize, serialize } from 'bson'
import { Buffer } from 'node:buffer'
import net from 'node:net'

/**
 * What a MongoDB server answers, as far as the drivers ask for it here: the real wire protocol, and an in-memory list that `mingo`
 * selects from and changes. Run as a program; it says its port to whoever started it.
 * @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
const accounts = () => [
  { _id: 1, name: 'maya', password: 'tea', secret: 'moon', role: 'user', age: 30 },
  { _id: 2, name: "O'Brien", password: 'rain', secret: 'clover', role: 'admin', age: 40 },
]
let data = { account: accounts() }

const hello = {
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 25,
  readOnly: false,
}

/** A server runs `$where`; `mingo` wants a function for that. */
const runnable = (filter) =>
  Array.isArray(filter)
    ? filter.map(runnable)
    : isDocument(filter)
      ? Object.fromEntries(
          Object.entries(filter).map(([key, value]) =>
            key === '$where' ? [key, asFunction(value.code ?? value)] : [key, runnable(value)],
          ),
        )
      : filter

const asFunction = (text) => {
  const body = /^\s*function/.test(text)
    ? `return (${text}).call(this)`
    : /\breturn\b/.test(text)
      ? text
      : `return (${text})`
  return new Function(body)
}

const isDocument = (value) =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))

const select = (collection, filter = {}, projection) =>
  new Query(runnable(filter)).find(data[collection] ?? [], projection).all()

const cursor = (database, collection, rows) => ({
  cursor: { id: 0n, ns: `${database}.${collection}`, firstBatch: rows },
})

function change(collection, { q, u, multi, arrayFilters }) {
  const rows = data[collection] ?? []
  if (!Array.isArray(u) && !Object.keys(u).some((key) => key.startsWith('$'))) {
    const found = select(collection, q)[0]
    if (found) data[collection] = rows.map((row) => (row._id === found._id ? { _id: row._id, ...u } : row))
    return found ? 1 : 0
  }
  const { modifiedCount } = (multi ? updateMany : updateOne)(rows, runnable(q), u, { arrayFilters })
  return modifiedCount ?? 0
}

function remove(collection, { q, limit }) {
  const gone = select(collection, q).slice(0, limit === 1 ? 1 : undefined)
  data[collection] = (data[collection] ?? []).filter((row) => !gone.some(({ _id }) => _id === row._id))
  return gone.length
}

function findAndModify(collection, { query, update, remove: removes }) {
  const value = select(collection, query)[0] ?? null
  const before = value && { ...value }
  if (value && removes) remove(collection, { q: { _id: value._id }, limit: 1 })
  else if (value) change(collection, { q: { _id: value._id }, u: update })
  return { value: before, lastErrorObject: { n: value ? 1 : 0, updatedExisting: value !== null } }
}

const commands = {
  find: ({ find, filter, projection, $db }) => cursor($db, find, select(find, filter, projection)),
  aggregate: ({ aggregate: name, pipeline, $db }) => cursor($db, name, aggregate(data[name] ?? [], runnable(pipeline))),
  count: ({ count, query }) => ({ n: select(count, query).length }),
  distinct: ({ distinct, key, query }) => ({ values: [...new Set(select(distinct, query).map((row) => row[key]))] }),
  update: ({ update, updates }) => {
    const n = updates.reduce((sum, one) => sum + change(update, one), 0)
    return { n, nModified: n }
  },
  delete: ({ delete: name, deletes }) => ({ n: deletes.reduce((sum, one) => sum + remove(name, one), 0) }),
  insert: ({ insert, documents }) => {
    data[insert] = [...(data[insert] ?? []), ...documents]
    return { n: documents.length }
  },
  findAndModify: (command) => findAndModify(command.findAndModify, command),
  bulkWrite: ({ ops, nsInfo }) => {
    let nMatched = 0
    for (const { update, filter, updateMods, multi } of ops)
      nMatched += change(nsInfo[update].ns.split('.')[1], { q: filter, u: updateMods, multi })
    const rest = { nInserted: 0, nModified: nMatched, nUpserted: 0, nDeleted: 0, nErrors: 0 }
    return { ...cursor('admin', '$cmd.bulkWrite', []), nMatched, ...rest }
  },
  /** For the tests: everything as it was. */
  reset: () => {
    data = { account: accounts() }
    return {}
  },
}

function answer(command) {
  const name = Object.keys(command)[0]
  if (/^(?:hello|ismaster)$/i.test(name)) return { ...hello, localTime: new Date(), ok: 1 }
  const run = commands[name]
  if (!run) return { ok: 1 }
  try {
    return { ...run(command), ok: 1 }
  } catch (error) {
    return { ok: 0, errmsg: String(error), code: 2, codeName: 'BadValue' }
  }
}

/** The command in an OP_MSG: one document, and lists that belong into it. */
function readMessage(body) {
  let command = {}
  for (let at = 4; at < body.length;) {
    const size = body.readInt32LE(at + 1)
    if (body[at] === 0) command = { ...deserialize(body.subarray(at + 1, at + 1 + size)), ...command }
    else {
      const end = body.indexOf(0, at + 5)
      const list = []
      for (let next = end + 1; next < at + 1 + size; next += body.readInt32LE(next))
        list.push(deserialize(body.subarray(next, next + body.readInt32LE(next))))
      command[body.toString('utf8', at + 5, end)] = list
    }
    at += 1 + size
  }
  return command
}

const message = 2013
const query = 2004
const reply = 1

function respond(header, body) {
  const opCode = header.readInt32LE(12)
  const isQuery = opCode === query
  const document = isQuery
    ? deserialize(body.subarray(body.indexOf(0, 4) + 9))
    : opCode === message
      ? readMessage(body)
      : null
  if (!document) throw new Error(`no answer to ${opCode}`)
  const content = Buffer.from(serialize(answer(document)))
  const prefix = isQuery ? Buffer.alloc(20) : Buffer.alloc(5)
  if (isQuery) prefix.writeInt32LE(1, 16)
  const head = Buffer.alloc(16)
  head.writeInt32LE(16 + prefix.length + content.length, 0)
  head.writeInt32LE(header.readInt32LE(4), 8)
  head.writeInt32LE(isQuery ? reply : message, 12)
  return Buffer.concat([head, prefix, content])
}

const server = net.createServer((socket) => {
  let rest = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
      const size = rest.readInt32LE(0)
      socket.write(respond(rest.subarray(0, 16), rest.subarray(16, size)))
      rest = rest.subarray(size)
    }
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
