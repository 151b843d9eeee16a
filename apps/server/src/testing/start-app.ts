import type { Role } from '@riposte/contract'
import { testDatabase } from '@riposte/testkit'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApp, type App, type AppOptions } from '../app.ts'
import { ensureOwner } from '../features/access/index.ts'
import { seedProject } from '../features/projects/index.ts'
import { hashSecret, newId, newSecret } from '../platform/crypto/secrets.ts'
import { openSigningKey, type SigningKey } from '../platform/crypto/signing-key.ts'
import { migrate } from '../platform/db/migrate.ts'

export interface TestApp {
  readonly app: App
  readonly signingKey: SigningKey
  readonly organisationId: string
  readonly projectId: string
  readonly projectToken: string
  /** Of the agents' listener, on a port of its own. */
  readonly agentUrl: string
  readonly secretsDir: string
  readonly databaseUrl: string
  /** An API token of a member with that role. */
  tokenOf(role: Role): Promise<string>
  call(
    method: string,
    url: string,
    options?: { token?: string | null; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>
  stop(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, never>
  readonly text: string
  readonly headers: Record<string, string | string[] | undefined>
}

/** What a test has otherwise. */
export type TestChange = Partial<Pick<AppOptions, 'clock'>> & { readonly agents?: Partial<AppOptions['agents']> }

/** The whole control plane in this process, on a database of its own. */
export async function startApp(change: TestChange = {}): Promise<TestApp> {
  const database = await testDatabase()
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-server-'))
  await migrate(database.url)
  const signingKey = openSigningKey(folder)
  const app = await createApp({
    databaseUrl: database.url,
    publicUrl: 'http://console.test',
    signingKey,
    consoleDir: folder,
    evidenceStore: { kind: 'folder', folder: path.join(folder, 'evidence') },
    secretsDir: folder,
    logLevel: 'silent',
    version: 'test',
    sweepMs: 100,
    ...change,
    agents: { hosts: ['127.0.0.1'], port: 0, addresses: null, ...change.agents },
  })
  await app.agents.listen()
  const agentPort = app.agents.addresses()[0]?.port ?? 0
  const owner = await ensureOwner(app.db, null)
  const seed = await seedProject(app.db, {
    ...owner,
    name: 'Shop',
    keyFingerprint: signingKey.fingerprint,
    secretsDir: folder,
  })
  const tokens = new Map<Role, string>()

  const tokenOf = async (role: Role): Promise<string> => {
    const known = tokens.get(role)
    if (known !== undefined) return known
    const token = `rpt_${newSecret()}`
    const memberId = role === 'owner' ? owner.memberId : newId()
    if (role !== 'owner') {
      await app.db.query('insert into member (id, organisation_id, email, name, role) values ($1, $2, $3, $4, $5)', [
        memberId,
        owner.organisationId,
        `${role}@example.org`,
        role,
        role,
      ])
    }
    await app.db.query('insert into api_token (id, member_id, name, prefix, token_hash) values ($1, $2, $3, $4, $5)', [
      newId(),
      memberId,
      role,
      'test',
      hashSecret(token),
    ])
    tokens.set(role, token)
    return token
  }

  return {
    app,
    signingKey,
    organisationId: owner.organisationId,
    projectId: seed.projectId,
    projectToken: seed.token,
    secretsDir: folder,
    databaseUrl: database.url,
    agentUrl: `https://127.0.0.1:${agentPort}`,
    tokenOf,
    call: async (method, url, { token, body, headers = {} } = {}) => {
      const bearer = token === undefined ? await tokenOf('owner') : token
      const response = await app.http.inject({
        method: method as 'GET',
        url,
        headers: { ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      })
      let parsed: unknown = null
      try {
        parsed = response.json()
      } catch {
        // A file, or nothing.
      }
      return {
        status: response.statusCode,
        body: parsed as Record<string, never>,
        text: response.body,
        headers: response.headers as Answer['headers'],
      }
    },
    stop: async () => {
      await app.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An incident as an app would send it. */
export const sampleIncident = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: newId(),
  at: new Date().toISOString(),
  count: 1,
  protection: 'SqlInjection',
  severity: 'critical',
  confidence: 0.97,
  environment: 'production',
  appVersion: '1.0.0',
  reason: 'A value from the request became 5 parts of the statement where one was meant.',
  outcome: {
    actions: ['block'],
    wouldHave: [],
    decidedBy: { source: 'file', ruleIds: [], revision: null },
    shadowRuleIds: [],
  },
  request: {
    method: 'GET',
    route: '/orders/:id',
    path: '/orders/1',
    ip: '203.0.113.7',
    userAgent: 'test',
    sessionHash: null,
    userId: null,
  },
  input: { source: 'params', path: 'id', value: '0 or 1=1', span: { start: 0, end: 8 } },
  operation: { kind: 'sql', dialect: 'postgresql', text: 'select 1 where 0 or 1=1', span: { start: 15, end: 23 } },
  stack: ['at orders (/app/orders.js:1:1)'],
  metadata: {},
  ...change,
})
