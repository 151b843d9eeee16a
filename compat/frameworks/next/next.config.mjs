import path from 'node:path'

export default {
  distDir: 'dist',
  // What guards the server is not to be bundled into it.
  serverExternalPackages: ['@riposte/monitor', 'pg'],
  turbopack: { root: path.resolve(import.meta.dirname, '../../..') },
}
