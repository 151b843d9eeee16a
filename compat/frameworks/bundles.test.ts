import type { TestDatabase } from '@riposte/testkit'
import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { accounts, startApp } from './support/start-app.ts'

const folder = path.join(import.meta.dirname, 'current')
const injected = encodeURIComponent(`' or 1=1 --`)

/** `apart` is what the bundler leaves to Node. */
const bundles: readonly { name: string; apart: readonly string[]; guarded: boolean }[] = [
  { name: 'all packages apart', apart: ['@riposte/monitor', 'pg', 'express', 'multer'], guarded: true },
  { name: 'the SDK and the driver apart', apart: ['@riposte/monitor', 'pg'], guarded: true },
  { name: 'the driver apart, the SDK inside', apart: ['pg'], guarded: true },
  { name: 'the driver inside', apart: ['@riposte/monitor', 'express', 'multer'], guarded: false },
  { name: 'all inside', apart: [], guarded: false },
]

let database: TestDatabase
beforeAll(async () => {
  install('current')
  database = await accounts()
})
afterAll(async () => {
  rmSync(path.join(folder, 'dist'), { recursive: true, force: true })
  await database.drop()
})

describe.each(['cjs', 'esm'] as const)('an app bundled by esbuild (%s)', (format) => {
  test.each(bundles)('with $name', async ({ name, apart, guarded }) => {
    const file = `dist/${name.replaceAll(/\W+/g, '-')}.${format === 'esm' ? 'mjs' : 'cjs'}`
    await build({
      entryPoints: [path.join(folder, 'bundled.mjs')],
      outfile: path.join(folder, file),
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20.19',
      format,
      external: [...apart, 'pg-native'],
      // What esbuild makes of `require` in an ES module needs one.
      ...(format === 'esm'
        ? { banner: { js: `import { createRequire as r } from 'node:module'; const require = r(import.meta.url)` } }
        : {}),
      logLevel: 'silent',
    })
    const app = await startApp({ app: 'express', file }, database)
    const { status } = await fetch(`${app.address}/query?name=${injected}`)
    const { hooks } = await app.status()
    const hook = hooks.find((one) => one.name === 'pg')
    expect({ status, state: hook?.state }).toEqual(
      guarded ? { status: 403, state: 'active' } : { status: 200, state: 'failed' },
    )
    if (!guarded) expect(hook?.detail).toContain('bundled into the app')
    app.stop()
  })
})
