'use strict'

/** The same shop through mongoose. */
exports.doors = async (mongoose) => {
  const { Schema } = mongoose
  const schema = new Schema(
    { _id: Number, name: String, password: String, secret: String, role: String, age: Number },
    { collection: 'account' },
  )
  const url = process.env.MONGODB_URL
  const connection = await mongoose
    .createConnection(url, {
      dbName: 'shop',
      autoCreate: false,
      autoIndex: false,
      maxPoolSize: Number(process.env.POOL ?? 5),
    })
    .asPromise()
  const Account = connection.model('Account', schema)
  const reset = () => connection.getClient().db('shop').command({ reset: 1 })

  // Connections that are opened later, and on behalf of nobody.
  const waiting = []
  setInterval(() => {
    for (const one of waiting.splice(0)) one.openUri(url, { dbName: 'shop' }).catch(() => undefined)
  }, 20)

  return {
    find: ({ name }) => Account.find({ name }),
    lean: ({ name }) => Account.find({ name }).lean(),
    'find-one': ({ name }) => Account.findOne({ name }),
    login: ({ name, password }) => Account.findOne({ name, password }),
    where: ({ name }) => Account.find().where({ name }),
    age: ({ age }) => Account.find({ age }).sort('-age'),
    cursor: async ({ name }) => {
      const rows = []
      for await (const row of Account.find({ name }).cursor()) rows.push(row)
      return rows
    },
    aggregate: ({ name }) => Account.aggregate([{ $match: { name } }]),
    distinct: ({ name }) => Account.distinct('secret', { name }),
    'find-and-update': async ({ name }) => {
      await reset()
      return Account.findOneAndUpdate({ name }, { age: 1 })
    },
    update: async ({ change }) => {
      await reset()
      await Account.updateOne({ name: 'maya' }, change)
      return (await Account.findOne({ name: 'maya' })).secret
    },
    spread: ({ filter }) => Account.find({ ...filter, age: { $gte: 1 } }),
    buffered: async ({ name }) => {
      const later = mongoose.createConnection()
      const asked = later.model('Account', schema).find({ name }).exec()
      waiting.push(later)
      return asked.finally(() => later.close())
    },

    'as-text': ({ name }) => Account.find({ name: String(name), age: { $ne: null } }),
    sanitised: ({ name }) => Account.find({ name }).setOptions({ sanitizeFilter: true }),
    'own-operators': ({ name }) =>
      Account.find({ $or: [{ name: String(name) }, { role: { $in: ['nobody'] } }], age: { $gte: 1 } }),
  }
}
