import path from 'node:path'

// From apps/cli/dist, where the build puts us.
const root = path.resolve(import.meta.dirname, '../../..')

/** The programs that this command starts, as built. */
export const programs = {
  server: path.join(root, 'apps/server/dist/main.js'),
  shop: path.join(root, 'examples/shop/dist/server.js'),
  agent: path.join(root, 'apps/agent/dist/riposte-agent.cjs'),
  labServices: path.join(root, 'examples/lab/services.mjs'),
  shopFolder: path.join(root, 'examples/shop'),
} as const
