'use strict'

/** Doors that ask the driver in every form that it offers, each with the same hole. */
exports.doors = async ({ MongoClient }) => {
  const client = new MongoClient(process.env.MONGODB_URL, { maxPoolSize: Number(process.env.POOL ?? 5) })
  const database = client.db('shop')
  const accounts = database.collection('account')
  await client.connect()

  /** Doors that change something begin with everything as it was, and end with what is there. */
  const changing = (work) => async (input) => {
    await database.command({ reset: 1 })
    await work(input)
    const rows = await accounts.find({}).toArray()
    await database.command({ reset: 1 })
    return rows.length === 0
      ? 'all gone, clover too'
      : rows.map(({ name, secret }) => (name === 'maya' ? secret : 'hidden'))
  }
  const hasMore = (count) => (count > 1 ? 'more than one: clover' : count)

  return {
    find: ({ name }) => accounts.find({ name }).toArray(),
    'find-with-options': ({ name }) => accounts.find({ name }, { projection: { secret: 1 }, limit: 5 }).toArray(),
    iterate: async ({ name }) => {
      const rows = []
      for await (const row of accounts.find({ name })) rows.push(row)
      return rows
    },
    next: async ({ name }) => {
      const cursor = accounts.find({ name })
      return (await cursor.hasNext()) ? cursor.next() : null
    },
    each: async ({ name }) => {
      const rows = []
      await accounts.find({ name }).forEach((row) => void rows.push(row))
      return rows
    },
    stream: ({ name }) =>
      new Promise((resolve, reject) => {
        const rows = []
        accounts
          .find({ name })
          .stream()
          .on('data', (row) => rows.push(row))
          .on('error', reject)
          .on('end', () => resolve(rows))
      }),
    clone: ({ name }) => accounts.find({ name }).clone().toArray(),
    step: ({ name }) => accounts.find({}).filter({ name }).toArray(),
    'find-one': ({ name }) => accounts.findOne({ name }),
    login: ({ name, password }) => accounts.findOne({ name, password }),
    aggregate: ({ name }) => accounts.aggregate([{ $match: { name } }, { $project: { secret: 1 } }]).toArray(),
    'aggregate-step': ({ name }) => accounts.aggregate().match({ name }).toArray(),
    count: async ({ name }) => hasMore(await accounts.countDocuments({ name })),
    distinct: ({ name }) => accounts.distinct('secret', { name }),
    'find-and-update': async ({ name }) => {
      await database.command({ reset: 1 })
      return accounts.findOneAndUpdate({ name }, { $set: { age: 1 } })
    },
    'find-and-delete': async ({ name }) => {
      await database.command({ reset: 1 })
      return accounts.findOneAndDelete({ name })
    },
    update: changing(({ change }) => accounts.updateOne({ name: 'maya' }, change)),
    'update-pipeline': changing(({ change }) => accounts.updateOne({ name: 'maya' }, change)),
    'update-many': changing(({ name }) => accounts.updateMany({ name }, { $set: { secret: 'clover' } })),
    'replace-one': changing(({ name }) => accounts.replaceOne({ name }, { name: 'maya', secret: 'clover' })),
    'delete-many': changing(({ name }) => accounts.deleteMany({ name })),
    'bulk-write': changing(({ name }) =>
      accounts.bulkWrite([{ updateMany: { filter: { name }, update: { $set: { secret: 'clover' } } } }]),
    ),
    bulk: changing(({ name }) => {
      const bulk = accounts.initializeOrderedBulkOp()
      bulk.find({ name }).update({ $set: { secret: 'clover' } })
      return bulk.execute()
    }),
    'bulk-update': changing(({ change }) => {
      const bulk = accounts.initializeUnorderedBulkOp()
      bulk.find({ name: 'maya' }).updateOne(change)
      return bulk.execute()
    }),
    'client-bulk': changing(({ name }) =>
      client.bulkWrite([
        { namespace: 'shop.account', name: 'updateMany', filter: { name }, update: { $set: { secret: 'clover' } } },
      ]),
    ),
    command: async ({ name }) => {
      const { cursor } = await database.command({ find: 'account', filter: { name } })
      return cursor.firstBatch
    },
    'cursor-command': ({ name }) => database.runCursorCommand({ find: 'account', filter: { name } }).toArray(),
    where: ({ name }) => accounts.find({ $where: `this.name == '${name}'` }).toArray(),
    parsed: ({ filter }) => accounts.find(JSON.parse(filter)).toArray(),
    bracket: ({ user }) => accounts.find({ name: user }).toArray(),

    'as-text': ({ name }) => accounts.find({ name: String(name), age: { $ne: null } }).toArray(),
    equals: ({ name }) => accounts.find({ name: { $eq: name } }).toArray(),
    'where-escaped': ({ name }) => accounts.find({ $where: `this.name == ${JSON.stringify(String(name))}` }).toArray(),
    'own-operators': ({ name }) =>
      accounts.find({ $or: [{ name: String(name) }, { role: { $in: ['nobody'] } }], age: { $gte: 1 } }).toArray(),
    stored: async ({ name }) => {
      await database.collection('note').insertOne({ text: name })
      return accounts.find({ name: String(name) }).toArray()
    },
    'set-fields': async ({ name }) => {
      await database.collection('note').updateOne({ _id: 5 }, { $set: { text: name, when: { $type: 'x' } } })
      return accounts.find({ name: String(name) }).toArray()
    },
  }
}
