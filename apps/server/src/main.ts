import path from 'node:path'
import { createApp } from './app.ts'
import { describeFailure } from './describe-failure.ts'
import { readEnv } from './env.ts'
import { ensureOwner, makeSignInLink } from './features/access/index.ts'
import { seedProject } from './features/projects/index.ts'
import { openDatabase } from './open-database.ts'
import { openSigningKey } from './platform/crypto/signing-key.ts'
import { migrate } from './platform/db/migrate.ts'

const version = '0.1.0'
/** What is open, in the order in which it was opened. */
const open: (() => Promise<void>)[] = []
const closeAll = async (): Promise<void> => {
  for (const close of open.splice(0).reverse()) await close()
}

async function main(): Promise<void> {
  const env = readEnv(process.env, process.cwd())
  const secretsDir = path.join(env.dataDir, 'secrets')
  const signingKey = openSigningKey(secretsDir)
  const database = await openDatabase(env)
  open.push(database.stop)
  await migrate(database.url)
  const app = await createApp({ ...env, databaseUrl: database.url, signingKey, secretsDir, version })
  open.push(() => app.close())
  const owner = await ensureOwner(app.db, env.bootstrapToken)
  const signinUrl = async (): Promise<string> =>
    `${env.publicUrl}/sign-in#token=${await makeSignInLink(app.db, owner.memberId)}`
  if (process.argv[2] === 'sign-in-link') {
    console.log(await signinUrl())
    return closeAll()
  }
  const wish = { ...owner, name: env.seedProject ?? '', keyFingerprint: signingKey.fingerprint, secretsDir }
  const seed = env.seedProject === null ? null : await seedProject(app.db, wish)
  await app.http.listen({ host: env.host, port: env.port })
  await app.agents.listen()
  // Only now: a start that fails must not end the link that an earlier one printed.
  const facts = { url: env.publicUrl, signinUrl: await signinUrl() }
  if (process.send)
    process.send({
      type: 'ready',
      ...facts,
      projectId: seed?.projectId,
      projectToken: seed?.token,
      enrolmentTokens: await app.seedDevices(owner.organisationId, env.seedDevices),
      postgresPid: database.postgresPid,
    })
  else console.log(`Riposte ${version}: ${facts.url}\nSign in: ${facts.signinUrl}`)

  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), 10_000).unref()
    void closeAll().then(() => process.exit(0), fail)
  }
  // A parent that dies takes us along: nobody else would end us. Ctrl-C reaches us twice: from the terminal and from the parent.
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop)
  if (process.send && !process.connected) stop()
}

async function fail(error: unknown): Promise<never> {
  const failure = describeFailure(error)
  console.error(`Riposte's control plane failed: ${failure.message}`)
  await closeAll().catch(() => undefined)
  if (process.send) await new Promise((sent) => process.send?.({ type: 'failed', ...failure }, sent))
  process.exit(1)
}

await main().catch(fail)
