import fc from 'fast-check'
import path from 'node:path'
import { expect, test } from 'vitest'
import { pathProblem } from './absolute-path.ts'

test.each([
  '/srv/app/run.sh',
  '/a',
  '/srv/..hidden',
  '/srv/...',
  '/srv/a b\n"quoted"',
  '/srv/C:\\x',
  '/procs/x',
  'C:\\Temp\\run.exe',
  'c:/Temp/run.exe',
])('%j can be meant', (text) => {
  expect(pathProblem(text)).toBeNull()
})

test.each([
  ['', 'whole path'],
  ['run.sh', 'whole path'],
  ['C:run.exe', 'whole path'],
  ['\\\\server\\share\\x', 'whole path'],
  ['/srv/../etc/shadow', '".."'],
  ['/srv/./x', '"."'],
  ['/srv/..', '".."'],
  ['C:\\Temp\\..\\Windows\\x', '".."'],
  ['C:\\Temp/../x', '".."'],
  ['/', 'folder'],
  ['/srv/', 'folder'],
  ['C:\\Temp\\', 'folder'],
  ['/srv//x', 'empty part'],
  ['C:\\Temp\\\\x', 'empty part'],
  ['C:\\Temp\\run.exe:hidden', 'stream'],
  ['/srv/x\0.txt', 'NUL'],
  ['/srv/\ud800', 'Unicode'],
])('%j is wrong, and told what would be right', (text, words) => {
  expect(pathProblem(text)).toMatchObject({
    code: 'parameters_invalid',
    message: expect.stringContaining(words) as string,
  })
})

test.each(['/proc/1/mem', '/sys/power/state', '/dev/sda'])('%s is the kernel’s', (text) => {
  expect(pathProblem(text)).toMatchObject({ code: 'protected_target' })
})

test('what passes is the same path after every way of writing it shorter', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b c', '...', 'x\\y', 'proc')
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const text = `/${parts.join('/')}`
      if (pathProblem(text) === null) expect(path.posix.normalize(text)).toBe(text)
    }),
  )
})
