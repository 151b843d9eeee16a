import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWhenStale, targetNames } from './build.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const names = process.argv.slice(2)

try {
  await buildWhenStale(root, (line) => console.log(line), names.length > 0 ? names : targetNames)
} catch (error) {
  if (['EACCES', 'EROFS', 'EPERM'].includes(error.code))
    console.error(
      `Cannot write ${error.path}: the checkout must be writable to build in it. Change its permissions or clone it elsewhere.`,
    )
  else console.error(error.message)
  process.exit(1)
}
