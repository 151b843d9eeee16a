import { bootstrap, root } from './lib/bootstrap.mjs'

// Only what the command itself needs, and without a word: an answer must not wait for the console's build.
await bootstrap(process.argv[2] === 'start' ? undefined : ['protections', 'monitor', 'server', 'cli'], { quiet: true })
await import(root + '/apps/cli/dist/riposte.js')
