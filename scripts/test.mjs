import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bootstrap, root } from './lib/bootstrap.mjs'
import { postgresServers } from './lib/postgres-servers.mjs'

// Every check that a change must pass. Ends with one line that counts them.
await bootstrap()
process.chdir(root)

const only = process.argv.slice(2)
const results = { passed: 0, failed: 0, skipped: [], failures: [] }
const bin = (name) => path.join(root, 'node_modules', '.bin', name)
const inCi = process.env.CI === 'true'
/** Folders under compat of the second half. What shares an installation stands in one half. */
const secondHalf = ['clients', 'html', 'html-oracle', 'llm', 's3', 'xml']

const checks = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the console', bin('tsc'), ['-p', 'apps/console/tsconfig.json']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['boundaries', process.execPath, ['scripts/check-boundaries.mjs']],
  ['dead code', bin('knip'), []],
  ['licences and words', process.execPath, ['scripts/check-words.mjs']],
]

// Each uses one core: two at a time.
const waiting = checks.filter(([name]) => wanted(name))
const takeChecks = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await runCheck(...next)
}
await Promise.all([takeChecks(), takeChecks()])

// Tests that wait for the kernel, a database or another program more than they work go several at a time; those that measure how work
// grows go one by one.
if (wanted('unit')) {
  await runVitest('unit', ['--project', 'unit'], {})
  await runVitest('programs', ['--project', 'patch', '--maxWorkers=3'], {})
}
// The longest of all, one file after the other: half of it runs beside what mostly waits, half after that.
const [first, second] = wanted('compat') ? compatRuns() : []
const beside = first?.()
if (wanted('kernel')) await runKernel()
if (wanted('db')) {
  for (const server of await postgresServers()) {
    if (server.missing) {
      skip(`database tests on ${server.name}: ${server.missing}`)
      continue
    }
    try {
      await runVitest(`db on ${server.name}`, ['--project', 'db', '--maxWorkers=3'], {
        RIPOSTE_TEST_POSTGRES_URL: server.url,
      })
    } finally {
      await server.stop()
    }
  }
}
await second?.()
await beside
if (wanted('e2e')) await runVitest('e2e', ['--project', 'e2e'], {})
if (wanted('newest')) await runNewest()

// Said again where people look first: what failed may stand thousands of lines above.
for (const failure of results.failures) console.log(`FAILED: ${failure}`)
for (const reason of results.skipped) console.log(`SKIPPED: ${reason}`)
if (results.skipped.length > 0 && inCi) {
  console.log('In CI nothing may be skipped.')
  results.failed += results.skipped.length
}
console.log(`${results.passed} passed, ${results.failed} failed`)
process.exit(results.failed === 0 ? 0 : 1)

function wanted(name) {
  return only.length === 0 || only.includes(name)
}

/** @param message of which the first lines are said again at the end */
function fail(what, message) {
  results.failed += 1
  const lines = message.trim().split('\n')
  const own = lines.filter((line) => !/^\s+at .*(?:node_modules|new Promise)/.test(line))
  results.failures.push([what, ...own.slice(0, 12)].join('\n    '))
}

/** Of a report of vitest: each test that failed, and each file that could not even be loaded. */
function failuresOf({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name)
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (failed.length === 0 && status === 'failed') return [{ what: file, message }]
    return failed.map((test) => ({ what: `${file} > ${test.fullName}`, message: test.failureMessages.join('\n') }))
  })
}

function skip(reason) {
  results.skipped.push(reason)
}

async function runCheck(name, command, args) {
  const started = Date.now()
  const { code, output } = await run(command, args, {}, true)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  if (code === 0) results.passed += 1
  else {
    fail(name, output)
    process.stdout.write(output)
  }
  console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`)
}

async function runVitest(name, args, env) {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-results-'))
  const report = path.join(folder, 'report.json')
  console.log(`\n== ${name}`)
  const { code } = await run(
    bin('vitest'),
    ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { ...env, RIPOSTE_TEST_RUN: name },
    false,
  )
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null
  rmSync(folder, { recursive: true, force: true })
  if (!counts || counts.numTotalTests === 0) {
    fail(name, 'no test ran')
    return
  }
  results.passed += counts.numPassedTests
  const failures = failuresOf(counts)
  for (const { what, message } of failures) fail(`${name}: ${what}`, message)
  if (code !== 0 && failures.length === 0) fail(name, `ended with exit code ${code}; its output says why`)
  if (counts.numPendingTests > 0) skip(`${counts.numPendingTests} tests of ${name}`)
}

/** Response actions on the real kernel, in namespaces that the tests make. */
async function runKernel() {
  const missing = missingForKernelTests()
  if (missing) skip(`tests on the kernel: ${missing}`)
  else await runVitest('kernel', ['--project', 'kernel', '--maxWorkers=4'], {})
}

function missingForKernelTests() {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid() !== 0) return 'root is needed to make namespaces'
  const absent = Object.entries({
    nft: 'nftables',
    ip: 'iproute2',
    setfacl: 'acl',
    setfattr: 'attr',
    setcap: 'libcap2-bin',
    gcore: 'gdb',
    age: 'age',
  })
    .filter(
      ([name]) => !['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(path.join(folder, name))),
    )
    .map(([, debian]) => debian)
  return absent.length > 0 ? `not installed (Debian: apt-get install ${absent.join(' ')})` : null
}

/**
 * The SDK with real drivers and frameworks, which the folders under compat install for themselves.
 * @returns two halves of about the same length
 */
function compatRuns() {
  const server = ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/usr/bin/mariadbd'].find((file) =>
    existsSync(file),
  )
  if (!server) skip('tests on MariaDB: mariadbd is not installed (Debian: apt-get install mariadb-server)')
  const slapd = ['/usr/sbin/slapd', '/usr/bin/ldapsearch'].every((file) => existsSync(file))
  if (!slapd) skip('tests on OpenLDAP: slapd or ldapsearch is not installed (Debian: apt-get install slapd ldap-utils)')
  const missing = [
    ...(server ? [] : ['compat/drivers/{mysql,maria,orms}*']),
    ...(slapd ? [] : ['compat/{ldap,ldap-sdk}/**']),
  ]
  const runWithout = (name, files, without) =>
    runVitest(name, ['--project', 'compat', ...files], { RIPOSTE_TEST_WITHOUT: without.join(':') })
  const second = secondHalf.map((folder) => `compat/${folder}/`)
  return [
    () => runWithout('compat, first half', [], [...missing, ...second.map((folder) => `${folder}**`)]),
    () => runWithout('compat, second half', second, missing),
  ]
}

/** The SDK and `npm start` on the newest Node, which an npm package carries. */
async function runNewest() {
  const folder = path.join(root, 'e2e', 'newest-node')
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  const node = path.join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (install.status !== 0 || !existsSync(node)) {
    skip(`the newest Node: its package could not be installed for ${process.platform}-${process.arch}`)
    return
  }
  const { output } = await run(node, ['--version'], {}, true)
  await runVitest(
    `on Node ${output.trim()}`,
    ['--project', 'e2e', '--project', 'patch', 'npm-start', 'packages/monitor'],
    { RIPOSTE_TEST_NODE: node },
  )
}

function run(command, args, env, quiet) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
