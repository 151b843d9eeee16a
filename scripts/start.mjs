import { bootstrap, root } from './lib/bootstrap.mjs'

await bootstrap()
process.argv.splice(2, 0, 'start')
await import(root + '/apps/cli/dist/riposte.js')
