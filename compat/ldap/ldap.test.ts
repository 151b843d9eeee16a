import net, { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type Answer, type TestApp } from '../../apps/server/src/testing/start-app.ts'
import { adminDn, adminPassword, baseDn, startSlapd, type Slapd } from './support/start-slapd.ts'

let slapd: Slapd
let server: TestApp
const mails: string[] = []
const smtp = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData: (stream, _session, done) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    stream.on('end', () => {
      mails.push(text)
      done()
    })
  },
})

const people = `ou=people,${baseDn}`
const person = (uid: string, more = ''): string => `dn: uid=${uid},${people}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid} Jones
sn: Jones
mail: ${uid}@example.org
userPassword: old phrase of ${uid}
${more}
`
beforeAll(async () => {
  slapd = await startSlapd()
  slapd.ldif(Array.from({ length: 55 }, (_, n) => person(`user${n}`, `departmentNumber: D${n % 3}`)).join('\n'))
  slapd.ldif(person('boss'))
  slapd.ldif(person('maya', `manager: uid=boss,${people}`))
  slapd.ldif(`dn: cn=no mail,${people}\nobjectClass: inetOrgPerson\ncn: no mail\nsn: x\n`)
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready))
  server = await startApp()
})
afterAll(async () => {
  smtp.close()
  await server.stop()
  await slapd.stop()
})

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.call(method, `/api/v1/${path}`, body === undefined ? {} : { body })
const draft = (change: Record<string, unknown> = {}) => ({
  name: 'Headquarters',
  host: '127.0.0.1',
  port: slapd.port,
  tls: 'starttls',
  caCertificate: slapd.ca,
  bindDn: adminDn,
  bindPassword: adminPassword,
  baseDn: people,
  syncMinutes: 0,
  ...change,
})
const make = async (change: Record<string, unknown> = {}): Promise<string> =>
  ((await call('POST', 'ldap-connectors', draft(change))).body as unknown as { id: string }).id
const find = async (text: string): Promise<Record<string, unknown>> =>
  ((await call('GET', `people?text=${text}`)).body as unknown as { items: Record<string, unknown>[] }).items[0] ?? {}
let connectorId = ''

test.each([
  ['STARTTLS', {}],
  ['LDAPS', { tls: 'ldaps', port: 0 }],
  ['no TLS, to this machine', { tls: 'none', caCertificate: null }],
])('a connector reads people over %s', async (_name, change) => {
  const id = await make({ ...change, ...('port' in change ? { port: slapd.tlsPort } : {}) })
  expect((await call('POST', `ldap-connectors/${id}/test`)).body).toMatchObject({
    ok: true,
    detail: 'Signed in and read 57 people; 1 entries have no id, name or mail address.',
  })
  await call('DELETE', `ldap-connectors/${id}`)
})

test.each([
  ['a wrong password', { bindPassword: 'wrong' }, /49: the bind DN or its password is wrong/],
  ['a base that is not there', { baseDn: `ou=nowhere,${baseDn}` }, /32: there is no such entry/],
  ['a certificate of somebody else', { tls: 'ldaps', port: -1, caCertificate: null }, /self.signed certificate/],
  ['nobody at that port', { port: 1 }, /could not be asked/],
  ['an address that is never called', { host: '169.254.169.254' }, /never called/],
])('%s is told in a sentence', async (_name, change, words) => {
  const id = await make({ ...change, ...((change as { port?: number }).port === -1 ? { port: slapd.tlsPort } : {}) })
  const { body } = await call('POST', `ldap-connectors/${id}/test`)
  expect(body).toMatchObject({ ok: false, detail: expect.stringMatching(words) as string })
  await call('DELETE', `ldap-connectors/${id}`)
})

test('a filter that is none is refused before anything is kept', async () => {
  for (const filter of ['(mail=*', 'mail=*)(', '('.repeat(60) + 'a=b' + ')'.repeat(60)])
    expect(await call('POST', 'ldap-connectors', draft({ filter }))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'filter' }] },
    })
})

test('the password is never told, and is forgotten when the server is another one', async () => {
  connectorId = await make()
  const all = await call('GET', 'ldap-connectors')
  expect(all.text).not.toContain(adminPassword)
  expect(all.body).toMatchObject({ items: [{ hasPassword: true, people: 0 }] })
  const [row] = await server.app.db.query<{ text: string }>('select ldap_connector::text as text from ldap_connector')
  expect(row?.text).not.toContain(adminPassword)
  const { bindPassword: _, ...kept } = draft()
  expect((await call('PUT', `ldap-connectors/${connectorId}`, kept)).body).toMatchObject({ hasPassword: true })
  const elsewhere = { ...kept, host: '192.0.2.1' }
  expect((await call('PUT', `ldap-connectors/${connectorId}`, elsewhere)).body).toMatchObject({ hasPassword: false })
  await call('PUT', `ldap-connectors/${connectorId}`, draft())
})

test('a sync brings everybody, page by page, takes over who was typed, and again changes nothing', async () => {
  await call('POST', 'people', { name: 'Maya by hand', email: 'maya@example.org' })
  const { body } = await call('POST', `ldap-connectors/${connectorId}/sync`)
  expect(body).toMatchObject({
    people: 57,
    lastSync: { ok: true, detail: expect.stringContaining('56 new, 1 changed') as string },
  })
  const maya = await find('maya@')
  expect(maya).toMatchObject({ name: 'maya Jones', userName: 'maya', manager: 'boss', source: 'ldap' })
  expect(await find('user7@')).toMatchObject({ department: 'D1' })
  expect((await call('PATCH', `people/${String(maya['id'])}`, { name: 'X' })).body).toMatchObject({
    code: 'person.managed_elsewhere',
  })
  const again = await call('POST', `ldap-connectors/${connectorId}/sync`)
  expect(again.body).toMatchObject({ lastSync: { detail: expect.stringContaining('0 new, 0 changed') as string } })
})

test('who is gone becomes inactive, unless that is more than half', async () => {
  slapd.ldif(`dn: uid=user54,${people}\nchangetype: delete\n`)
  await call('POST', `ldap-connectors/${connectorId}/sync`)
  expect(await find('user54@')).toMatchObject({ active: false })
  await call('PUT', `ldap-connectors/${connectorId}`, draft({ filter: '(uid=maya)' }))
  expect((await call('POST', `ldap-connectors/${connectorId}/sync`)).body).toMatchObject({
    lastSync: { detail: expect.stringContaining('more than half: nobody was made inactive') as string },
  })
  expect(await find('user7@')).toMatchObject({ active: true })
  await call('PUT', `ldap-connectors/${connectorId}`, draft())
})

const reset = async (personId: string, parameters: Record<string, unknown>): Promise<string> => {
  await call('PUT', 'settings/approval-requirements', { approvers: { force_password_reset: 0 } })
  const { status, body, text } = await call('POST', 'responses', {
    type: 'force_password_reset',
    personIds: [personId],
    parameters,
    justification: 'Credentials were phished',
  })
  expect(status, text).toBe(201)
  await server.app.jobs.runDue()
  return String((body as unknown as { responseIds: string[] }).responseIds[0])
}
const responseIs = async (id: string, status: string): Promise<Answer> => {
  const end = Date.now() + 20_000
  for (;;) {
    const answer = await call('GET', `responses/${id}`)
    if ((answer.body as { status?: string }).status === status) return answer
    if (Date.now() > end) throw new Error(answer.text)
    await server.app.jobs.runDue()
    await delay(50)
  }
}

const verificationIs = async (id: string, state: string): Promise<void> => {
  const end = Date.now() + 20_000
  for (;;) {
    const { body, text } = await call('GET', `responses/${id}`)
    if ((body as { verification?: { state: string } }).verification?.state === state) return
    if (Date.now() > end) throw new Error(text)
    await delay(50)
  }
}

test('a forced reset sets the flag, makes the directory ask for a new password, and sends the mail', async () => {
  const maya = await find('maya@')
  const dn = `uid=maya,${people}`
  expect(
    (await call('POST', 'responses', { type: 'force_password_reset', personIds: [maya['id']], justification: 'xxx' }))
      .body,
  ).toMatchObject({ code: 'mail.not_configured' })
  const { port } = smtp.server.address() as AddressInfo
  await call('PUT', 'settings/mail', { host: '127.0.0.1', port, tls: 'none', fromAddress: 'security@example.org' })
  const id = await reset(String(maya['id']), {})
  const done = await responseIs(id, 'completed')
  expect(done.body).toMatchObject({
    evidence: { mail: { state: 'accepted', to: 'maya@example.org' }, accounts: [{ state: 'reset', by: 'pwdReset' }] },
  })
  expect(slapd.entry(dn)).toContain('pwdReset: TRUE')
  expect(slapd.signIn(dn, 'old phrase of maya')).toMatch(/must be changed/i)
  expect(mails).toHaveLength(1)
  expect(mails[0]).toContain('maya@example.org')
  expect(await find('maya@')).toMatchObject({ passwordReset: { responseId: id } })
  expect((await call('GET', `people/${String(maya['id'])}`)).body).toMatchObject({
    resets: [{ kind: 'forced', responseId: id }],
    notifications: [{ state: 'accepted', attempts: 1 }],
  })

  // The minute until it is looked at is over.
  await server.app.db.query(`update response set verification_due = now() - interval '1 second' where id = $1`, [id])
  await server.app.db.query(`update job set run_at = now() - interval '1 second' where kind = 'response.verify'`)
  await server.app.jobs.runDue()
  await verificationIs(id, 'passed')
  slapd.ldif(`dn: ${dn}\nchangetype: modify\ndelete: pwdReset\n`)
  await call('POST', `responses/${id}/verify`)
  await verificationIs(id, 'failed')
})

test('garbage from a server, and silence, are errors in a sentence', async () => {
  const sockets = new Set<net.Socket>()
  const liar = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(Buffer.from('3084ffffffffffff00112233445566778899', 'hex')))
    setTimeout(() => socket.destroy(), 2_000).unref()
  })
  await new Promise<void>((ready) => liar.listen(0, '127.0.0.1', ready))
  const id = await make({ port: (liar.address() as AddressInfo).port, tls: 'none', caCertificate: null })
  const { body } = await call('POST', `ldap-connectors/${id}/test`)
  expect(body).toMatchObject({ ok: false, detail: expect.stringContaining('could not be asked') as string })
  for (const socket of sockets) socket.destroy()
  liar.close()
})
