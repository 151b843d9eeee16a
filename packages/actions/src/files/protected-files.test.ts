import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { realHost } from '../testing/real-host.ts'
import { whyProtected } from './protected-files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-protected-'))
  writeFileSync(path.join(folder, 'file'), 'x')
})
afterAll(() => rmSync(folder, { recursive: true }))

const why = (file: string, stateDir = '/nonexistent', seen = file): string | null =>
  whyProtected(realHost({ stateDir }), file, statSync(seen, { bigint: true }))

test.each(['/etc/passwd', '/etc/group', '/etc/nsswitch.conf'])('%s stays: nobody could sign in', (file) => {
  expect(why(file)).toContain('sign in')
})

test('what the host starts by stays, wherever it lies', () => {
  expect(why('/boot/vmlinuz', undefined, '/etc/hostname')).toContain('/boot')
  expect(why('/etc/pam.d/sshd', undefined, '/etc/hostname')).toContain('/etc/pam.d')
  // A name alone beside the folder is not in it.
  expect(why('/etc/pam.d-old', undefined, '/etc/hostname')).toBeNull()
})

test('a program by which somebody gets in is known by the file itself, not by its name', () => {
  expect(why('/another/name', undefined, '/bin/sh')).toContain('/bin/sh')
  expect(why(path.join(folder, 'sh'), undefined, path.join(folder, 'file'))).toBeNull()
})

test('what the agent keeps and what it runs from stay', () => {
  expect(why(path.join(folder, 'file'), folder)).toContain('belongs to the agent')
  expect(why(path.join(folder, 'file'), folder.slice(0, -1))).toBeNull()
  expect(why(process.execPath)).toContain('The agent runs from it')
})
