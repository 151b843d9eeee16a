'use strict'

const base = 'ou=people,dc=example,dc=org'
const admin = ['cn=admin,dc=example,dc=org', process.env.LDAP_PASSWORD]
const url = process.env.LDAP_URL

/** What RFC 4515 asks for. */
const escapeFilter = (text) =>
  text.replace(/[\\*()\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
/** What RFC 4514 asks for. */
const escapeName = (text) =>
  text.replace(/[\\,+"<>;=#\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** Each way of the library to search, made with one text for a filter. */
exports.ldapjs = (ldap) => {
  const client = ldap.createClient({ url })
  client.on('error', () => {})
  const call = (name, ...args) =>
    new Promise((resolve, reject) =>
      client[name](...args, (error, result) => (error ? reject(error) : resolve(result))),
    )
  const ready = call('bind', ...admin)
  const entries = async (options) => {
    await ready
    const result = await call('search', base, options)
    const found = []
    return new Promise((resolve, reject) => {
      result.on('searchEntry', (entry) => found.push(String(entry.objectName ?? entry.dn)))
      result.on('error', reject)
      // A query made while the answer comes in belongs to the same request.
      result.on('end', () => resolve(found.sort()))
    })
  }
  return {
    ...common((filter) => entries({ filter, scope: 'sub' })),
    text: ({ name }) =>
      entries(`(uid=${name})`)
        .catch(() => [])
        .then(() => entries({ scope: 'sub', filter: `(uid=${name})` })),
    parsed: ({ name }) => entries({ scope: 'sub', filter: ldap.parseFilter(`(uid=${name})`) }),
    'parsed-elsewhere': ({ name }) => entries({ scope: 'sub', filter: ldap.filters.parseString(`(uid=${name})`) }),
    paged: ({ name }) => entries({ scope: 'sub', paged: { pageSize: 2 }, filter: `(uid=${name})` }),
    object: ({ name }) => entries({ scope: 'sub', filter: new ldap.EqualityFilter({ attribute: 'uid', value: name }) }),
    'sign-in': async ({ name, password }) => {
      const one = ldap.createClient({ url })
      one.on('error', () => {})
      await new Promise((resolve, reject) =>
        one.bind(`uid=${name},${base}`, password, (error) => (error ? reject(error) : resolve())),
      )
      one.destroy()
      return 'welcome'
    },
    compare: async ({ name }) => (await ready, call('compare', `uid=${name},${base}`, 'sn', 'Jones')),
    entry: async ({ name }) => {
      await ready
      const result = await call('search', `uid=${name},${base}`, {})
      return new Promise((resolve, reject) => {
        result.on('searchEntry', (entry) => resolve(String(entry.objectName ?? entry.dn)))
        result.on('error', reject)
      })
    },
    'name-parsed': async ({ name }) => (
      await ready,
      call('compare', String(ldap.parseDN(`uid=${name},${base}`)), 'sn', 'Jones')
    ),
  }
}

exports.ldapts = ({ Client, EqualityFilter, FilterParser }) => {
  const client = new Client({ url })
  const ready = client.bind(...admin)
  const entries = async (options, from = base) => {
    await ready
    const { searchEntries } = await client.search(from, options)
    return searchEntries.map(({ dn }) => dn).sort()
  }
  return {
    ...common((filter) => entries({ filter, scope: 'sub' })),
    text: ({ name }) => entries({ scope: 'sub', filter: `(uid=${name})` }),
    parsed: ({ name }) => entries({ scope: 'sub', filter: FilterParser.parseString(`(uid=${name})`) }),
    paged: async ({ name }) => {
      await ready
      const found = []
      for await (const { searchEntries } of client.searchPaginated(base, { scope: 'sub', filter: `(uid=${name})` }))
        found.push(...searchEntries.map(({ dn }) => dn))
      return found.sort()
    },
    object: ({ name }) => entries({ scope: 'sub', filter: new EqualityFilter({ attribute: 'uid', value: name }) }),
    'sign-in': async ({ name, password }) => {
      const one = new Client({ url })
      await one.bind(`uid=${name},${base}`, password)
      await one.unbind()
      return 'welcome'
    },
    compare: async ({ name }) => (await ready, client.compare(`uid=${name},${base}`, 'sn', 'Jones')),
    entry: ({ name }) => entries({ scope: 'base' }, `uid=${name},${base}`).then(([dn]) => dn),
  }
}

const common = (search) => ({
  find: ({ name }) => search(`(&(objectClass=inetOrgPerson)(uid=${name}))`),
  login: ({ name, pin }) => search(`(&(uid=${name})(employeeNumber=${pin}))`),
  'by-attribute': ({ attribute }) => search(`(|(${attribute}=maya)(cn=nobody))`),
  escaped: ({ name }) => search(`(|(uid=${escapeFilter(name)})(cn=${escapeFilter(name)}))`),
  any: ({ filter }) => search(filter),
})
exports.escapeName = escapeName
