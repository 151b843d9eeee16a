import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readFileConfig } from './read-file.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function read(content: unknown, env: NodeJS.ProcessEnv = {}, name = 'monitor.config.json') {
  const cwd = mkdtempSync(path.join(tmpdir(), 'riposte-config-'))
  folders.push(cwd)
  writeFileSync(path.join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
  return readFileConfig({ env, cwd, appRoot: null })
}

test('protections by id load, and those that are not in this version say so', () => {
  const { config, issues } = read({
    protections: {
      SqlInjection: { enabled: true, action: 'block' },
      DebuggerDetection: { enabled: true, action: 'close' },
      VirtualMachineDetection: { enabled: true, action: 'log' },
    },
  })
  expect(config.protections?.get('SqlInjection')).toEqual({ enabled: true, action: ['block'] })
  expect(config.protections?.get('DebuggerDetection')).toEqual({ enabled: true, action: ['close'] })
  expect(issues.map((issue) => [issue.level, issue.path])).toEqual([
    ['warning', 'protections.DebuggerDetection'],
    ['warning', 'protections.VirtualMachineDetection'],
  ])
})

test('the list form, lists of actions, and any case mean the same', () => {
  expect(
    read({ protections: [{ type: 'sqlinjection', action: ['LOG', 'Block'] }] }).config.protections?.get('SqlInjection'),
  ).toEqual({ action: ['log', 'block'] })
})

const wrong: readonly { name: string; content: unknown; path: string; message: RegExp }[] = [
  { name: 'an unknown key', content: { protectoins: {} }, path: 'protectoins', message: /did you mean "protections"/ },
  {
    name: 'an unknown protection',
    content: { protections: { SqlInjektion: {} } },
    path: 'protections.SqlInjektion',
    message: /did you mean "SqlInjection"/,
  },
  {
    name: 'a value of the wrong kind',
    content: { enabled: 'yes' },
    path: 'enabled',
    message: /given "yes"; allowed: true or false/,
  },
  {
    name: 'a word that is none of the allowed',
    content: { environment: 'prod' },
    path: 'environment',
    message: /given "prod"; allowed: development, staging, production/,
  },
  {
    name: 'a number out of range',
    content: { limits: { depth: 0 } },
    path: 'limits.depth',
    message: /given 0; allowed: a whole number from 1 to 1000/,
  },
  {
    name: 'a list where an object is meant',
    content: [],
    path: 'the configuration',
    message: /given \[\]; allowed: an object/,
  },
]
for (const { name, content, path: at, message } of wrong) {
  test(`names ${name}: where, given, allowed`, () => {
    const { issues } = read(content)
    expect(issues).toHaveLength(1)
    expect(issues[0]?.path).toBe(at)
    expect(issues[0]?.message).toMatch(message)
  })
}

test('the good part of a partly wrong file counts', () => {
  const { config, issues } = read({ enabled: 'yes', name: 'Shop', limits: { depth: 0, values: 10 } })
  expect(config).toEqual({ name: 'Shop', limits: { values: 10 } })
  expect(issues).toHaveLength(2)
})

test('environment variables are filled in, and a missing one is said', () => {
  const { config, issues } = read({ projectToken: '${TOKEN}', name: 'app-${MISSING}' }, { TOKEN: 'secret' })
  expect(config).toEqual({ projectToken: 'secret', name: 'app-' })
  expect(issues).toEqual([{ level: 'warning', path: 'name', message: 'the environment variable MISSING is not set' }])
})

test('a syntax error is named with line and column; a byte order mark is none', () => {
  const broken = read('{\n  "name": "x",\n}')
  expect(broken).toMatchObject({ unreadable: true, config: {} })
  expect(broken.issues[0]?.message).toContain('line 3, column 1')
  expect(read('\uFEFF{"name":"x"}').config).toEqual({ name: 'x' })
})

test('RIPOSTE_MONITOR_CONFIG that names nothing is an error; no file at all is none', () => {
  const missing = readFileConfig({ env: { RIPOSTE_MONITOR_CONFIG: 'nowhere.json' }, cwd: tmpdir(), appRoot: null })
  expect(missing).toMatchObject({ unreadable: true })
  const cwd = mkdtempSync(path.join(tmpdir(), 'riposte-config-'))
  folders.push(cwd)
  expect(readFileConfig({ env: {}, cwd, appRoot: null })).toMatchObject({ file: null, issues: [], unreadable: false })
})
