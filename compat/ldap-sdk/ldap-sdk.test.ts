import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseDn, startSlapd, type Slapd } from '../ldap/support/start-slapd.ts'
import { homes, install, type Home } from './support/install.ts'
import { startApp, type RunningApp } from './support/start-app.ts'

const people = `ou=people,${baseDn}`
const person = (uid: string, pin: string, below = people): string => `dn: uid=${uid},${below}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: Jones
employeeNumber: ${pin}
userPassword: phrase of ${uid}
`

let slapd: Slapd
beforeAll(async () => {
  for (const home of homes) install(home)
  slapd = await startSlapd()
  slapd.ldif(`dn: ou=robots,${people}\nobjectClass: organizationalUnit\nou: robots\n`)
  slapd.ldif([person('maya', '11'), person('clover', '77'), person("O'Brien", '12')].join('\n'))
  slapd.ldif(person('robot', '99', `ou=robots,${people}`))
}, 60_000)
afterAll(() => slapd.stop())

/** What is sent to a door: what shows an entry that nobody asked for, and what is meant. */
interface Hole {
  readonly door: string
  readonly exploit: Readonly<Record<string, string>>
  readonly shows: string
  readonly meant: Readonly<Record<string, string>>
}

const searching = (door: string, name: string): Hole => ({
  door,
  exploit: { name },
  shows: 'clover',
  meant: { name: 'maya' },
})
const holes: readonly Hole[] = [
  searching('find', '*'),
  searching('find', 'c*r'),
  searching('text', 'clo*'),
  searching('parsed', 'c*'),
  searching('paged', '*'),
  {
    door: 'login',
    exploit: { name: 'clover)(|(uid=*', pin: '1)(uid=*)' },
    shows: 'clover',
    meant: { name: 'maya', pin: '11' },
  },
  { door: 'login', exploit: { name: 'clover', pin: '*' }, shows: 'clover', meant: { name: "O'Brien", pin: '12' } },
  {
    door: 'by-attribute',
    exploit: { attribute: 'uid=clover)(uid' },
    shows: 'clover',
    meant: { attribute: 'cn' },
  },
  {
    door: 'sign-in',
    exploit: { name: 'robot,ou=robots', password: 'phrase of robot' },
    shows: 'welcome',
    meant: { name: 'maya', password: 'phrase of maya' },
  },
  { door: 'compare', exploit: { name: 'robot,ou=robots' }, shows: 'true', meant: { name: 'maya' } },
  { door: 'entry', exploit: { name: 'robot,ou=robots' }, shows: 'robots', meant: { name: 'maya' } },
]
const ldapjsHoles: readonly Hole[] = [
  ...holes,
  searching('parsed-elsewhere', 'c*'),
  { door: 'name-parsed', exploit: { name: 'robot,ou=robots' }, shows: 'true', meant: { name: 'maya' } },
]

const texts = ["O'Brien", '*', 'c*', 'maya)(uid=*', '\\2a', 'Jones, Maya', ':)', '(555) 123', 'CORP\\maya']

function attackAndUse(library: string, home: Home, file: string, all: readonly Hole[]): void {
  describe(`${library} of ${home}: ${file}`, () => {
    let app: RunningApp
    beforeAll(async () => {
      app = await startApp({ home, file, url: `ldap://127.0.0.1:${slapd.port}` })
    }, 60_000)
    afterAll(() => {
      app.stop()
    })

    test.each(all)('refuses once and cleanly: $door', async ({ door, exploit, meant }) => {
      const answer = await app.post(door, exploit)
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 403 })
      expect(JSON.parse(answer.text)).toMatchObject({ status: 403, reference: answer.reference })
      expect(answer.text).not.toContain('clover')
      const next = await app.post(door, meant)
      expect({ door, status: next.status, text: next.text }).toMatchObject({ status: 200 })
      expect(next.text).not.toMatch(/clover|\[\]|robot/)
    })

    test.each(['escaped', 'object'])('raises nothing where nothing can happen: %s', async (door) => {
      for (const name of texts) {
        const answer = await app.post(door, { name })
        expect({ name, status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
        expect(answer.text.includes("O'Brien"), answer.text).toBe(name === "O'Brien")
        expect(answer.text).not.toContain('clover')
      }
    })

    test('twenty at once over one connection: each is judged with its own request', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, number) => app.post('text', { name: number % 2 === 1 ? 'cl*' : 'maya' })),
      )
      expect(answers.map(({ status }) => status)).toEqual(answers.map((_, number) => (number % 2 === 1 ? 403 : 200)))
      expect(answers[0]?.text).toContain('maya')
    })

    test('is alive, has no bugs, counted each attack once, and says that its hooks took', async () => {
      const { counters, hooks } = await app.status()
      expect({ bugs: counters['bugs'], errors: app.errors() }).toMatchObject({ bugs: 0 })
      expect(hooks).toContainEqual({ name: library, state: 'active', detail: null })
      expect(counters).toMatchObject({ findings: all.length + 10, blocked: all.length + 10 })
    })

    // Once for each library is enough to know.
    if (file.endsWith('.mjs')) return
    test('with the action none the same requests leak: the holes are real', async () => {
      const open = await startApp({ home, file, url: `ldap://127.0.0.1:${slapd.port}`, action: 'none' })
      for (const { door, exploit, shows } of all) {
        const answer = await open.post(door, exploit)
        expect({ door, status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
        expect(answer.text, door).toContain(shows)
      }
      const { counters } = await open.status()
      open.stop()
      expect(counters).toMatchObject({ blocked: 0 })
    })
  })
}

for (const home of homes) {
  for (const extension of ['cjs', 'mjs']) {
    attackAndUse('ldapjs', home, `ldapjs.${extension}`, ldapjsHoles)
    attackAndUse('ldapts', home, `ldapts.${extension}`, holes)
  }
}
