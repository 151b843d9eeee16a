import { bootstrap, root } from './lib/bootstrap.mjs'

// Only what the command itself needs: an answer must not wait for the console's build.
await bootstrap(process.argv[2] === 'start' ? undefined : ['protections', 'monitor', 'server', 'cli'], () => undefined)
await import(root + '/apps/cli/dist/riposte.js')
