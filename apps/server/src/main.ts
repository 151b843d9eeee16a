import { startPostgres, type RunningPostgres } from '@riposte/postgres'
import path from 'node:path'
import { createApp, type App } from './app.ts'
import { readEnv, type Env } from './env.ts'
import { ensureOwner, makeSignInLink } from './features/access/index.ts'
import { seedProject } from './features/projects/index.ts'
import { openSigningKey } from './platform/crypto/signing-key.ts'
import { migrate } from './platform/db/migrate.ts'

const version = '0.1.0'

async function openDatabase(env: Env): Promise<{ url: string; postgres: RunningPostgres | null }> {
  if (env.databaseUrl !== null) return { url: env.databaseUrl, postgres: null }
  const postgres = await startPostgres({ dataDir: path.join(env.dataDir, 'postgres') })
  await postgres.ensureDatabase('riposte')
  return { url: postgres.url('riposte'), postgres }
}

async function main(): Promise<void> {
  const env = readEnv(process.env, process.cwd())
  const secretsDir = path.join(env.dataDir, 'secrets')
  const signingKey = openSigningKey(secretsDir)
  const { url: databaseUrl, postgres } = await openDatabase(env)
  await migrate(databaseUrl)
  const app: App = await createApp({ ...env, databaseUrl, signingKey, version })
  const owner = await ensureOwner(app.db, env.bootstrapToken)
  const signinUrl = `${env.publicUrl}/sign-in#token=${await makeSignInLink(app.db, owner.memberId)}`

  if (process.argv[2] === 'sign-in-link') {
    console.log(signinUrl)
    await app.close()
    if (postgres && !postgres.adopted) await postgres.stop()
    return
  }
  const seed =
    env.seedProject === null
      ? null
      : await seedProject(app.db, {
          ...owner,
          name: env.seedProject,
          keyFingerprint: signingKey.fingerprint,
          secretsDir,
        })
  await app.http.listen({ host: env.host, port: env.port })
  if (process.send)
    process.send({
      type: 'ready',
      url: env.publicUrl,
      signinUrl,
      projectId: seed?.projectId,
      projectToken: seed?.token,
    })
  else console.log(`Riposte ${version}: ${env.publicUrl}\nSign in: ${signinUrl}`)

  const stop = (): void => {
    const forced = setTimeout(() => process.exit(1), 10_000)
    void app
      .close()
      .then(() => postgres?.stop())
      .then(() => process.exit(0))
      .finally(() => clearTimeout(forced))
  }
  // A parent that dies takes us along: nobody else would end us.
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop)
}

await main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.send?.({ type: 'failed', message })
  console.error(`Riposte's control plane did not start: ${message}`)
  process.exit(1)
})
