/** What a client sent, and what the app then asked the database. */
export interface Case {
  readonly says: string
  readonly request: {
    readonly query?: unknown
    readonly body?: unknown
    readonly cookies?: unknown
    readonly headers?: unknown
    readonly routeParams?: unknown
  }
  readonly filter: unknown
}

const login = (password: unknown): Case['request'] => ({ body: { username: 'maya', password } })
const text = (value: string): Case['request'] => ({ query: { filter: value } })

/** The client's operators reach the database. */
export const attacks: readonly Case[] = [
  {
    says: 'not equal to null',
    request: login({ $ne: null }),
    filter: { username: 'maya', password: { $ne: null } },
  },
  { says: 'greater than nothing', request: login({ $gt: '' }), filter: { username: 'maya', password: { $gt: '' } } },
  { says: 'true', request: login({ $exists: true }), filter: { password: { $exists: true } } },
  { says: 'a pattern', request: login({ $regex: '^a' }), filter: { username: 'maya', password: { $regex: '^a' } } },
  {
    says: 'a pattern that a library compiled',
    request: login({ $regex: '.*' }),
    filter: { password: { $regex: /.*/ } },
  },
  {
    says: 'a pattern in extended JSON',
    request: text('{"name":{"$regularExpression":{"pattern":"^adm","options":""}}}'),
    filter: { name: /^adm/ },
  },
  { says: 'a list', request: login({ $in: ['a', 'b'] }), filter: { password: { $in: ['a', 'b'] } } },
  { says: 'an empty list', request: login({ $nin: [] }), filter: { password: { $nin: [] } } },
  {
    says: 'a field of another name',
    request: { body: { login: { $ne: null }, secret: { $ne: null } } },
    filter: { email: { $ne: null }, password: { $ne: null } },
  },
  { says: 'brackets in a query string', request: { query: { 'user[$ne]': '' } }, filter: { user: { $ne: '' } } },
  { says: 'brackets with a list', request: { query: { 'user[$in][]': 'abc' } }, filter: { user: { $in: ['abc'] } } },
  {
    says: 'dots in a name, taken apart by the app',
    request: { body: { 'user.$ne': 'nobody' } },
    filter: { user: { $ne: 'nobody' } },
  },
  {
    says: 'dots in a name, as they came',
    request: { body: { 'user.$ne': 'nobody' } },
    filter: { 'user.$ne': 'nobody' },
  },
  { says: 'a condition of its own', request: { body: { $or: [{ a: 1 }, {}] } }, filter: { $or: [{ a: 1 }, {}] } },
  {
    says: 'spread into a filter of the app',
    request: { body: { name: 'x', $or: [{ role: 'admin' }] } },
    filter: { tenant: 5, name: 'x', $or: [{ role: 'admin' }] },
  },
  {
    says: 'inside a list of the app',
    request: { body: { a: { $gt: '' } } },
    filter: { $and: [{ tenant: 1 }, { $or: [{ a: { $gt: '' } }, { b: 2 }] }] },
  },
  {
    says: 'in one element of a list of the client',
    request: { body: { conditions: [{ name: 'a' }, { age: { $gt: 10 } }] } },
    filter: { $or: [{ name: 'a' }, { age: { $gt: 10 } }] },
  },
  { says: 'converted to a number', request: { query: { 'age[$gt]': '0' } }, filter: { age: { $gt: 0 } } },
  {
    says: 'converted to a date',
    request: { query: { 'at[$gt]': '1970-01-01' } },
    filter: { at: { $gt: new Date('1970-01-01') } },
  },
  { says: 'negated', request: login({ $not: { $eq: 'x' } }), filter: { password: { $not: { $eq: 'x' } } } },
  { says: 'code', request: { body: { $where: 'sleep(1000)' } }, filter: { $where: 'sleep(1000)' } },
  { says: 'an expression', request: { body: { $expr: { $eq: [1, 1] } } }, filter: { $expr: { $eq: [1, 1] } } },
  { says: 'JSON in a parameter', request: text('{"$ne":null}'), filter: { user: { $ne: null } } },
  { says: 'a filter in a parameter', request: text('{"role":{"$ne":"x"}}'), filter: { role: { $ne: 'x' }, a: 1 } },
  {
    says: 'JSON in a parameter, encoded twice',
    request: text('%7B%22%24ne%22%3Anull%7D'),
    filter: { user: { $ne: null } },
  },
  {
    says: 'JSON in base64',
    request: text(Buffer.from('{"user":{"$gt":""}}').toString('base64')),
    filter: { user: { $gt: '' } },
  },
  { says: 'JSON in a string in JSON', request: text('"{\\"$gt\\":\\"\\"}"'), filter: { user: { $gt: '' } } },
  { says: 'JSON with escapes', request: text('{"\\u0024ne":"x"}'), filter: { user: { $ne: 'x' } } },
  { says: 'JSON in a cookie', request: { cookies: { user: 'j:{"$ne":null}' } }, filter: { user: { $ne: null } } },
  { says: 'JSON in a header', request: { headers: { 'x-user': '{"$ne":"a"}' } }, filter: { user: { $ne: 'a' } } },
  { says: 'in the notation of JavaScript', request: text("{user: {$ne: 'x'}}"), filter: { user: { $ne: 'x' } } },
  {
    says: 'JSON that the app built around the value',
    request: { body: { user: 'x", "password": {"$ne": "y"}, "z": "' } },
    filter: JSON.parse('{"user": "x", "password": {"$ne": "y"}, "z": ""}'),
  },
  { says: 'a query string as one text', request: { body: 'user[$ne]=a&b=1' }, filter: { user: { $ne: 'a' } } },
  {
    says: 'an update in the body',
    request: { body: { $set: { role: 'admin' } } },
    filter: { $set: { role: 'admin' } },
  },
  {
    says: 'another update beside it',
    request: { body: { name: 'x', $inc: { credit: 500 } } },
    filter: { $set: { name: 'x' }, $inc: { credit: 500 } },
  },
  {
    says: 'an update as a pipeline',
    request: { body: [{ $set: { role: 'admin' } }] },
    filter: [{ $set: { role: 'admin' } }],
  },
  {
    says: 'an operator among the fields that are set, which the database refuses',
    request: { body: { name: 'x', $rename: { a: 'b' } } },
    filter: { $set: { name: 'x', $rename: { a: 'b' } } },
  },
  {
    says: 'what a list is cut to',
    request: { body: { tag: { $each: [], $slice: 0 } } },
    filter: { $push: { tags: { $each: [], $slice: 0 } } },
  },
  { says: 'what is pulled', request: { body: { tag: { $ne: 'x' } } }, filter: { $pull: { tags: { $ne: 'x' } } } },
  {
    says: 'a stage',
    request: { body: { stages: [{ $lookup: { from: 'users', pipeline: [], as: 'u' } }] } },
    filter: [{ $match: { a: 1 } }, { $lookup: { from: 'users', pipeline: [], as: 'u' } }],
  },
  { says: 'a stage that writes', request: text('[{"$out":"copy"}]'), filter: [{ $out: 'copy' }] },
  { says: 'a condition in a pipeline', request: login({ $ne: 1 }), filter: [{ $match: { password: { $ne: 1 } } }] },
  {
    says: 'an operator in an expression of the app',
    request: { body: { label: { $concat: ['$password', ''] } } },
    filter: [{ $project: { label: { $concat: ['$password', ''] } } }],
  },
  {
    says: 'in a command',
    request: login({ $ne: 'x' }),
    filter: { find: 'users', filter: { password: { $ne: 'x' } } },
  },
  {
    says: 'a script made of text',
    request: { query: { name: "' || 1==1 || '" } },
    filter: { $where: "this.name == '' || 1==1 || ''" },
  },
  {
    says: 'a script made of a number',
    request: { query: { age: '0; while(true);' } },
    filter: { $where: 'return this.age > 0; while(true);' },
  },
  { says: 'a whole script', request: { query: { w: 'this.a == this.b' } }, filter: { $where: 'this.a == this.b' } },
  { says: 'a script that is always true', request: { query: { w: '1' } }, filter: { $where: '1' } },
  {
    says: 'a script in a pipeline',
    request: { query: { f: 'x) { return secrets }; function g(' } },
    filter: [
      {
        $project: {
          x: { $function: { body: 'function(x) { return secrets }; function g() {}', args: [], lang: 'js' } },
        },
      },
    ],
  },
  {
    says: 'a script of mapReduce',
    request: { query: { by: 'category, 1); evil(' } },
    filter: { mapReduce: 'a', map: 'function() { emit(this.category, 1); evil(, 1) }', reduce: 'function() {}' },
  },
  {
    says: 'a name that is an operator',
    request: { query: { field: '$where', value: 'sleep(99)' } },
    filter: { $where: 'sleep(99)' },
  },
  {
    says: 'a name that is an operator, with anything',
    request: { query: { field: '$expr', value: 'x' } },
    filter: { $expr: 'x' },
  },
  {
    says: 'a field where a text was meant',
    request: { query: { token: '$token' } },
    filter: { $expr: { $eq: ['$token', '$token'] } },
  },
  {
    says: 'a forged type',
    request: { body: { id: { _bsontype: 'ObjectID', id: 'x' } } },
    filter: { _id: { _bsontype: 'ObjectID', id: 'x' } },
  },
]

const own = { deleted: { $ne: true }, price: { $gte: 10 } }

/** The client's values stay values, or never get there. */
export const benign: readonly Case[] = [
  { says: 'plain values', request: login('secret'), filter: { username: 'maya', password: 'secret' } },
  { says: 'the app’s operators around a value', request: { query: { min: '10' } }, filter: { price: { $gte: 10 } } },
  {
    says: 'the app’s operators around a text',
    request: { query: { q: 'tea' } },
    filter: { name: { $regex: 'tea', $options: 'i' } },
  },
  { says: 'a text with an operator’s name', request: { query: { q: '$ne' } }, filter: { name: '$ne', ...own } },
  {
    says: 'a text about operators',
    request: { query: { q: 'how does {"$ne": true} work?' } },
    filter: { name: 'how does {"$ne": true} work?', ...own },
  },
  {
    says: 'JSON that stays a text',
    request: text('{"$ne":true}'),
    filter: { note: '{"$ne":true}', deleted: { $ne: true } },
  },
  {
    says: 'JSON with another value than the app’s',
    request: text('{"a":{"$gte":5}}'),
    filter: { price: { $gte: 10 } },
  },
  {
    says: 'an operator that the app turned into a text',
    request: login({ $ne: null }),
    filter: { username: 'maya', password: '[object Object]', deleted: { $ne: null } },
  },
  {
    says: 'an operator that the app took away',
    request: login({ $ne: null }),
    filter: { username: 'maya', password: {}, ...own },
  },
  {
    says: 'an operator that is compared with as it is',
    request: login({ $ne: null }),
    filter: { username: 'maya', password: { $eq: { $ne: null } } },
  },
  {
    says: 'names without a dollar that the app translates',
    request: { query: { 'price[gte]': '10' } },
    filter: { price: { $gte: 10 } },
  },
  {
    says: 'fields that are set',
    request: { body: { name: 'x', age: 3 } },
    filter: { $set: { name: 'x', age: 3 }, $inc: { version: 1 } },
  },
  {
    says: 'a document with names of its own',
    request: { body: { schema: { $schema: 'http://x.com', $ref: '#/a' } } },
    filter: { $set: { schema: { $schema: 'http://x.com', $ref: '#/a' } } },
  },
  {
    says: 'a rule that is stored',
    request: { body: { rule: { score: { $gte: 5 } } } },
    filter: { $set: { rule: { score: { $gte: 5 } } } },
  },
  {
    says: 'a reference',
    request: { body: { owner: { $ref: 'users', $id: 'abc' } } },
    filter: { owner: { $ref: 'users', $id: 'abc' } },
  },
  { says: 'an address', request: { body: { email: 'a.b+c@d.com' } }, filter: { email: 'a.b+c@d.com' } },
  { says: 'money', request: { body: { price: '$10.50' } }, filter: { $set: { price: '$10.50' } } },
  { says: 'a path with dots', request: { body: { field: 'a.b' } }, filter: { 'a.b': 1 } },
  { says: 'a place in a list', request: { body: { 'items.$.count': 3 } }, filter: { $set: { 'items.$.count': 3 } } },
  {
    says: 'a field to sum up by',
    request: { query: { by: 'category' } },
    filter: [{ $group: { _id: '$category', n: { $sum: 1 } } }],
  },
  { says: 'a name in a script', request: { query: { name: 'Maya' } }, filter: { $where: "this.name == 'Maya'" } },
  { says: 'a number in a script', request: { query: { age: '18' } }, filter: { $where: 'this.age > 18' } },
  {
    says: 'a text in a script, escaped',
    request: { query: { name: "x' || 1 || '" } },
    filter: { $where: `this.name == ${JSON.stringify("x' || 1 || '")}` },
  },
  {
    says: 'a text with a dollar that is compared as a text',
    request: { query: { q: '$price' } },
    filter: [{ $match: { name: '$price' } }, { $project: { x: { $gt: ['$price', 5] } } }],
  },
  {
    says: 'a template with dollars',
    request: { body: { text: 'Hi ${name}, you owe $total' } },
    filter: { $set: { text: 'Hi ${name}, you owe $total' } },
  },
]
