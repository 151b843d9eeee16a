import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkNode } from './check-node.mjs'
import { installState } from './install.mjs'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function checkout(files: Record<string, unknown>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'riposte-checkout-'))
  folders.push(root)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}

test.each([
  ['18.20.0', false],
  ['20.18.9', false],
  ['20.19.0', true],
  ['22.0.0', true],
  ['26.10.0', true],
])('Node %s is new enough: %s', (version, enough) => {
  const problem = checkNode(version)
  if (enough) expect(problem).toBeNull()
  else expect(problem).toContain(`needs Node.js 20.19 or later; this is ${version}`)
})

const lock = (version: string) => ({
  packages: {
    '': {},
    'node_modules/a': { version },
    'node_modules/only-elsewhere': { version: '1.0.0', optional: true },
  },
})

test.each([
  ['absent', { 'package-lock.json': lock('1.0.0') }],
  // npm writes its own copy of the lock file last.
  ['unfinished', { 'package-lock.json': lock('1.0.0'), 'node_modules/a/package.json': {} }],
  ['unfinished', { 'package-lock.json': lock('1.0.0'), 'node_modules/.package-lock.json': lock('1.0.0') }],
  [
    'outdated',
    {
      'package-lock.json': lock('2.0.0'),
      'node_modules/.package-lock.json': lock('1.0.0'),
      'node_modules/a/package.json': {},
    },
  ],
  [
    'complete',
    {
      'package-lock.json': lock('1.0.0'),
      'node_modules/.package-lock.json': lock('1.0.0'),
      'node_modules/a/package.json': {},
    },
  ],
] as const)('an install is told to be %s', (state, files) => {
  expect(installState(checkout(files))).toBe(state)
})
