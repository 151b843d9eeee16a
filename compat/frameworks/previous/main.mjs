// The same app as an ES module, with no flag: what it uses is imported.
import '@riposte/monitor/register'
import { createRequire } from 'node:module'
import pg from 'pg'
import parts from '../apps/start.cjs'

const app = createRequire(import.meta.url)(`../apps/${process.env.APP}.cjs`)
const modules = {}
for (const name of app.modules) {
  const imported = await import(name)
  modules[name] = 'WebSocketServer' in imported ? imported : (imported.default ?? imported)
}
await parts.start(app, modules, pg)
