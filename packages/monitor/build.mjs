import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = path.dirname(fileURLToPath(import.meta.url))
const dist = path.join(folder, 'dist')

/**
 * One CommonJS bundle is the SDK; everything else is a door to it, so that `import` and `require` in one process share one Monitor.
 * @param {typeof import('esbuild')} esbuild
 */
export async function build(esbuild) {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  const common = {
    absWorkingDir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    conditions: ['source'],
    logLevel: 'warning',
  }
  await esbuild.build({
    ...common,
    entryPoints: ['src/index.ts'],
    outfile: 'dist/index.cjs',
    format: 'cjs',
    // Half of the time that it takes to load is reading it.
    minify: true,
  })
  write('index.cjs', toAscii(readFileSync(path.join(dist, 'index.cjs'), 'utf8')))
  // Started by a process that is about to end; see respond/close.ts.
  await esbuild.build({ ...common, entryPoints: ['src/send.ts'], outfile: 'dist/send.cjs', format: 'cjs' })
  // An `import` of CommonJS has its text searched for names first, which takes longer than running it: that is done to a small file.
  write(
    'door.cjs',
    "'use strict'\n\nconst sdk = require('./index.cjs')\n\nmodule.exports = { BlockedError: sdk.BlockedError, explainConfiguration: sdk.explainConfiguration, monitor: sdk.monitor }\n",
  )
  write(
    'index.mjs',
    "import sdk from './door.cjs'\n\nexport const { BlockedError, explainConfiguration, monitor } = sdk\n",
  )
  write('register.cjs', "'use strict'\n\nrequire('./index.cjs').monitor.start()\n")
  write('register.mjs', "import sdk from './door.cjs'\n\nsdk.monitor.start()\n")
  copyFileSync(path.join(folder, 'types/index.d.ts'), path.join(dist, 'index.d.ts'))
  // An `import` and a `require` need declarations of their own kind.
  copyFileSync(path.join(folder, 'types/index.d.ts'), path.join(dist, 'index.d.cts'))
  write('register.d.ts', 'export {}\n')
  write('register.d.cts', 'export {}\n')
  await writeSchema(esbuild, common)
}

/**
 * One other letter makes Node keep and read the whole text in two bytes a letter: a quarter of the time to load, and half a megabyte.
 * esbuild leaves them where they are parts of regular expressions, which may have them escaped.
 * @param {string} script
 */
function toAscii(script) {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(script))
    throw new Error('A raw template with other letters than ASCII has no other way to be written.')
  return script.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The JSON Schema of monitor.config.json comes from the shape that the SDK checks with. */
async function writeSchema(esbuild, common) {
  const file = path.join(dist, '.schema.mjs')
  await esbuild.build({ ...common, entryPoints: ['src/config/config-shape.ts'], outfile: file, format: 'esm' })
  const { configJsonSchema } = await import(`${file}?${Date.now()}`)
  write('monitor.config.schema.json', JSON.stringify(configJsonSchema(), null, 2) + '\n')
  rmSync(file)
}

const write = (name, content) => writeFileSync(path.join(dist, name), content)
