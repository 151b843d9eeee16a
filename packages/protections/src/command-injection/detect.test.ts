import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, caseOperation } from './cases.ts'
import { detect } from './detect.ts'

const judged = (command: string, values: readonly string[]) =>
  detect(
    { kind: 'shell', command },
    values.map((value, index) => ({ source: 'query', path: `q[${index}]`, value })),
  )

describe('a value that becomes part of a command is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(detect(caseOperation(it), [{ source: 'query', path: 'q', value: it.value }])).not.toBeNull()
  })
})

describe('a value that stays one argument is not', () => {
  it.each(benign)('$says', (it) => {
    expect(detect(caseOperation(it), [{ source: 'query', path: 'q', value: it.value }])).toBeNull()
  })
})

describe('several values', () => {
  it.each([
    [['$', '(id)'], 'ls $(id)'],
    [['a;', 'touch x'], 'ls a; touch x'],
    [['cat', '/etc/passwd'], 'cat /etc/passwd'],
    [['a&', '&id'], 'ls a&&id'],
    [['\\', ' ; id #'], 'grep "\\" " ; id #" x'],
  ])('are found when they act together: %j', (values, command) => {
    expect(judged(command, values)).not.toBeNull()
  })

  it('are not found when each is a word of its own', () => {
    expect(judged('cp a.png b.png', ['a.png', 'b.png'])).toBeNull()
  })
})

describe('a finding', () => {
  it('marks the part of the command and of the value', () => {
    const command = 'ls a; id'
    const finding = judged(command, ['safe', 'a; id'])
    expect(finding).toMatchObject({ input: { path: 'q[1]' }, inputSpan: { start: 0, end: 5 } })
    expect(command.slice(finding?.operationSpan?.start, finding?.operationSpan?.end)).toBe('a; id')
  })

  it('marks the argument that is code', () => {
    const command = "sh -c 'ls a; id'"
    const { start, end } = judged(command, ['a; id'])?.operationSpan ?? { start: 0, end: 0 }
    expect(command.slice(start, end)).toBe("'ls a; id'")
  })

  it('has no part of the value when the value came changed', () => {
    expect(judged('ls a; touch x', ['YTsgdG91Y2ggeA=='])).toMatchObject({ inputSpan: null })
  })

  it('says nothing of the value', () => {
    expect(judged('ls topsecret; id', ['topsecret; id'])?.reason).not.toContain('topsecret')
  })
})

describe('riposte inspect', () => {
  it.each([
    ['a shell', { kind: 'shell', command: 'ls a; id' }, 'a; id', true],
    ['a program', { kind: 'exec', file: 'curl', args: ['-o/tmp/x'] }, '-o/tmp/x', true],
    ['a program with a quiet argument', { kind: 'exec', file: 'curl', args: ['a; id'] }, 'a; id', false],
  ])('judges %s', (_, operation, input, flagged) => {
    expect(inspect({ protection: 'CommandInjection', operation, input })).toMatchObject({ flagged })
  })
})
