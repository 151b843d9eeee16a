import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type Answer, type TestApp } from '../../testing/start-app.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'riposte-smtp-'))
const password = 'the mail server knows it'
let server: TestApp
let cert = ''
let smtp: SMTPServer
const received: { text: string; secure: boolean; user: unknown; to: string[] }[] = []
/** What the server says to the next messages; empty: it takes them. */
const refusals: { code: number; message: string }[] = []

beforeAll(async () => {
  const made = spawnSync(
    'openssl',
    // prettier-ignore
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=mail',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')],
  )
  if (made.status !== 0) throw new Error(made.stderr.toString())
  cert = readFileSync(path.join(folder, 'cert.pem'), 'utf8')
  smtp = new SMTPServer({
    key: readFileSync(path.join(folder, 'key.pem')),
    cert,
    onAuth: (auth, _session, done) =>
      auth.username === 'riposte' && auth.password === password
        ? done(null, { user: 'riposte' })
        : done(new Error('Wrong')),
    onData: (stream, session, done) => {
      let text = ''
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
      stream.on('end', () => {
        const refusal = refusals.shift()
        if (refusal) {
          done(Object.assign(new Error(refusal.message), { responseCode: refusal.code }))
          return
        }
        received.push({
          text,
          secure: session.secure,
          user: session.user,
          to: session.envelope.rcptTo.map(({ address }) => address),
        })
        done()
      })
    },
  })
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready))
  server = await startApp()
})
afterAll(async () => {
  await server.stop()
  smtp.close()
  rmSync(folder, { recursive: true, force: true })
})

const call = (method: string, url: string, body?: unknown): Promise<Answer> =>
  server.call(method, `/api/v1/${url}`, body === undefined ? {} : { body })
const set = (change: Record<string, unknown> = {}): Promise<Answer> =>
  call('PUT', 'settings/mail', {
    host: '127.0.0.1',
    port: (smtp.server.address() as AddressInfo).port,
    tls: 'starttls',
    caCertificate: cert,
    user: 'riposte',
    password,
    fromAddress: 'security@example.org',
    resetUrl: 'https://login.example.org/reset?a=1&b=2',
    ...change,
  })
const tryIt = async (): Promise<unknown> => (await call('POST', 'settings/mail/test', { to: 'me@example.org' })).body

test('mail goes out by STARTTLS and with a sign-in, and the password stays unseen', async () => {
  expect((await call('GET', 'settings/mail')).body).toEqual({ mail: null })
  const answer = await set()
  expect(answer.body).toMatchObject({ mail: { hasPassword: true, user: 'riposte' } })
  expect(await tryIt()).toMatchObject({ ok: true, detail: expect.stringContaining('me@example.org') as string })
  expect(received).toMatchObject([{ secure: true, user: 'riposte', to: ['me@example.org'] }])
  const all = await server.app.db.query<{ text: string }>(
    `select (select string_agg(organisation_setting::text, ' ') from organisation_setting) || (select string_agg(audit_entry::text, ' ') from audit_entry) as text`,
  )
  for (const text of [answer.text, (await call('GET', 'settings/mail')).text, all[0]?.text ?? ''])
    expect(text).not.toContain(password)
})

test('without the password it is kept, for the same server only', async () => {
  expect((await set({ password: undefined })).body).toMatchObject({ mail: { hasPassword: true } })
  expect((await set({ password: undefined, host: '192.0.2.1' })).body).toMatchObject({ mail: { hasPassword: false } })
})

test.each([
  ['a wrong password', { password: 'wrong' }, /535|Wrong/],
  ['a certificate of somebody else', { caCertificate: null }, /self.signed certificate/],
  ['no TLS at all to somewhere else', { host: '192.0.2.1', tls: 'none' }, /without TLS/],
  ['a metadata address', { host: '169.254.169.254' }, /never called/],
  ['nobody there', { port: 1 }, /ECONNREFUSED/],
])('%s is told in a sentence', async (_name, change, words) => {
  await set(change)
  expect(await tryIt()).toMatchObject({ ok: false, detail: expect.stringMatching(words) as string })
})

test('a server that cannot now is tried again; one that never will is not; each message arrives once', async () => {
  await set()
  received.length = 0
  await call('PUT', 'settings/approval-requirements', { approvers: { force_password_reset: 0 } })
  const reset = async (name: string): Promise<{ response: string; person: string }> => {
    const person = String(
      (
        (await call('POST', 'people', { name, email: `${name.toLowerCase().replaceAll(/[^a-z]/g, '')}@example.org` }))
          .body as { id?: string }
      ).id,
    )
    const { body } = await call('POST', 'responses', {
      type: 'force_password_reset',
      personIds: [person],
      justification: 'Phished',
    })
    return { person, response: String((body as unknown as { responseIds: string[] }).responseIds[0]) }
  }
  const status = async (response: string, wanted: string): Promise<Record<string, unknown>> => {
    const end = Date.now() + 30_000
    for (;;) {
      const { body, text } = await call('GET', `responses/${response}`)
      if ((body as { status?: string }).status === wanted) return body
      if (Date.now() > end) throw new Error(text)
      await new Promise((next) => setTimeout(next, 50))
    }
  }
  refusals.push({ code: 451, message: 'Try again later' })
  const late = await reset('Ida <b>Berg</b>')
  expect(await status(late.response, 'completed')).toMatchObject({ evidence: { mail: { state: 'accepted' } } })
  expect((await call('GET', `people/${late.person}`)).body).toMatchObject({
    notifications: [{ state: 'accepted', attempts: 2 }],
    resets: [{ kind: 'forced' }],
  })
  expect(received).toHaveLength(1)
  expect(received[0]?.text).toContain('&lt;b&gt;Berg')
  expect(received[0]?.text).not.toContain('Phished')

  refusals.push({ code: 550, message: 'No such mailbox' })
  const never = await reset('Ole')
  expect(await status(never.response, 'failed')).toMatchObject({
    reason: 'partial',
    detail: expect.stringContaining('No such mailbox') as string,
  })
  const person = (await call('GET', `people/${never.person}`)).body
  expect(person).toMatchObject({
    passwordReset: { responseId: never.response },
    notifications: [{ state: 'failed', attempts: 1 }],
  })
  expect(
    (await call('POST', `people/${never.person}/clear-password-reset`, { reason: 'By telephone' })).body,
  ).toMatchObject({ passwordReset: null })
  expect((await call('POST', `people/${never.person}/clear-password-reset`, { reason: 'Again' })).body).toMatchObject({
    code: 'person.not_flagged',
  })
}, 60_000)
