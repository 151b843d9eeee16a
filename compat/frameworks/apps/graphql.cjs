'use strict'

const http = require('node:http')
const { listen } = require('./start.cjs')

const packages = {
  'graphql-http': ['graphql-http/lib/use/http'],
  yoga: ['graphql-yoga'],
  apollo: ['@apollo/server', '@as-integrations/express5', 'express'],
}
const server = process.env.SERVER

exports.modules = ['graphql', ...packages[server]]

exports.serve = async (modules, { ask, bound }) => {
  const { GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } = modules.graphql
  const named = { name: { type: new GraphQLNonNull(GraphQLString) } }
  const secrets = new GraphQLList(GraphQLString)
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        ok: { type: GraphQLString, resolve: () => 'ok' },
        secrets: {
          type: secrets,
          args: named,
          resolve: async (_, { name }) => (await ask(name)).map((row) => row.secret),
        },
        bound: {
          type: secrets,
          args: named,
          resolve: async (_, { name }) => (await bound(name)).map((row) => row.secret),
        },
      },
    }),
  })
  if (server === 'graphql-http') {
    const { createHandler } = modules['graphql-http/lib/use/http']
    return listen(http.createServer(createHandler({ schema })))
  }
  if (server === 'yoga') {
    const { createYoga } = modules['graphql-yoga']
    return listen(http.createServer(createYoga({ schema, logging: false, graphiql: false })))
  }
  const { ApolloServer } = modules['@apollo/server']
  const { expressMiddleware } = modules['@as-integrations/express5']
  const apollo = new ApolloServer({ schema, csrfPrevention: false, allowBatchedHttpRequests: true })
  await apollo.start()
  const app = modules.express()
  app.use('/graphql', modules.express.json(), expressMiddleware(apollo))
  return listen(http.createServer(app))
}
