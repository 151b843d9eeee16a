import type { ResponseActionInfo } from '@riposte/contract'
import fc from 'fast-check'
import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import { completeLine, lastWord, type Known } from './complete-line.ts'
import { readLine } from './read-line.ts'
import { quote, splitLine } from './tokens.ts'

const action = (id: string, parameters: z.ZodObject, targets: ResponseActionInfo['targets'] = 'device') =>
  ({
    id,
    title: id,
    summary: `does ${id}`,
    verb: id,
    destructive: false,
    release: false,
    targets,
    lane: 'x',
    ttlMinutes: 60,
    containment: false,
    undo: { type: null, words: '' },
    verification: '',
    effects: [],
    parameters: z.toJSONSchema(parameters, { io: 'input' }),
    approvers: 0,
  }) as ResponseActionInfo

const scriptId = '0190a8f0-0000-7000-8000-000000000001'
const vocabulary = {
  actions: [
    action(
      'isolate_device',
      z.strictObject({
        allow: z.array(z.string()).default([]),
        durationMinutes: z.int().min(1).max(100).nullable().default(null),
      }),
    ),
    action(
      'kill_process',
      z.strictObject({
        pid: z.int().min(1),
        identity: z.strictObject({ bootId: z.string() }).nullable().default(null),
        tree: z.boolean().default(false),
      }),
    ),
    action(
      'block_ip',
      z.strictObject({
        address: z.string().min(2),
        direction: z.enum(['both', 'out', 'in']).default('both'),
        durationMinutes: z.int().min(1).max(43_200).nullable().default(1_440),
      }),
    ),
    action('force_password_reset', z.strictObject({ user: z.string().nullable().default(null) }), 'device_or_person'),
    action(
      'run_script',
      z.strictObject({
        scriptId: z.uuid(),
        version: z.int().min(1),
        arguments: z.array(z.string()).default([]),
        timeoutS: z.int().default(60),
      }),
    ),
  ],
  scripts: [
    { id: scriptId, name: 'Clean up', runnable: 3 },
    { id: '0190a8f0-0000-7000-8000-000000000002', name: 'draft', runnable: null },
  ],
}
const read = (line: string) => readLine(line, vocabulary)

describe('words of a line', () => {
  it.each([
    ['', []],
    ['  a  b ', ['a', 'b']],
    ['a "b c" d', ['a', 'b c', 'd']],
    [String.raw`say "a \"b\" \\ c"`, ['say', String.raw`a "b" \ c`]],
    ['\'a "b" \\\'', ['a "b" \\']],
    ['--reason="two words"', ['--reason=two words']],
    ['""', ['']],
  ])('%j', (line, words) => {
    expect(splitLine(line)).toMatchObject({ mistake: null })
    expect(splitLine(line).tokens.map(({ text }) => text)).toEqual(words)
  })

  it('says where a quote was opened that is not closed', () => {
    expect(splitLine('isolate web-3 --reason "oh').mistake).toBe('The quote at column 24 is not closed: end it with "')
  })

  it('quoting makes one word of anything', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(splitLine(quote(text)).tokens.map((token) => token.text)).toEqual([text])
      }),
    )
  })
})

describe('a line that asks for a response', () => {
  it.each([
    ['isolate web-3 --reason "worm seen"', ['web-3'], { allow: [], durationMinutes: null }],
    ['isolate web-3,web-4 --minutes 60 --reason abc', ['web-3', 'web-4'], { allow: [], durationMinutes: 60 }],
    [
      'isolate web-3 --allow 10.0.0.1 --allow 10.0.0.2 --reason abc',
      ['web-3'],
      { allow: ['10.0.0.1', '10.0.0.2'], durationMinutes: null },
    ],
    ['kill web-3 4711 --tree --reason abc', ['web-3'], { pid: 4711, identity: null, tree: true }],
    ['kill_process web-3 --pid=4711 --reason=abc', ['web-3'], { pid: 4711, identity: null, tree: false }],
    [
      'block db-1 203.0.113.7 --minutes 60 --reason abc',
      ['db-1'],
      { address: '203.0.113.7', direction: 'both', durationMinutes: 60 },
    ],
    [
      'block db-1 203.0.113.7 --minutes none --reason abc',
      ['db-1'],
      { address: '203.0.113.7', direction: 'both', durationMinutes: null },
    ],
    ['reset-password ana@example.org --reason abc', ['ana@example.org'], { user: null }],
    ['reset-password web-3 ana --reason abc', ['web-3'], { user: 'ana' }],
    [
      'run web-3 "clean up" -v "--odd x" --reason abc',
      ['web-3'],
      { scriptId, version: 3, arguments: ['-v', '--odd x'], timeoutS: 60 },
    ],
    [
      'run web-3 "Clean up" --version 2 --timeout 5 --reason abc',
      ['web-3'],
      { scriptId, version: 2, arguments: [], timeoutS: 5 },
    ],
  ])('%s', (line, targets, parameters) => {
    expect(read(line)).toMatchObject({ kind: 'respond', targets, parameters })
  })

  it('knows reason, emergency and limit', () => {
    expect(read('isolate web-3 --reason " worm " --emergency "now or never" --within 60')).toMatchObject({
      reason: 'worm',
      emergency: 'now or never',
      ttlMinutes: 60,
    })
  })

  it.each([
    ['isolat web-3', 'There is no command isolat', 'Did you mean isolate? help lists all of them'],
    ['frobnicate', 'There is no command frobnicate', 'help lists all of them'],
    ['isolate', 'isolate what? The target is missing', 'isolate DEVICE --reason "…"'],
    ['isolate web-3', 'A reason of at least three letters is missing: --reason "…"', 'isolate DEVICE --reason "…"'],
    ['isolate web-3 --reason', '--reason needs a value after it', 'isolate DEVICE --reason "…"'],
    ['isolate web-3 --reason --minutes 6', '--reason needs a value after it', 'isolate DEVICE --reason "…"'],
    [
      'isolate web-3 for ever',
      '"for" is one word too many; put words with blanks in quotes',
      'isolate DEVICE --reason "…"',
    ],
    [
      'isolate web-3 --minutes 101 --reason abc',
      'duration-minutes: A number, 1 to 100; given 101',
      'isolate DEVICE --reason "…"',
    ],
    ['isolate web-3 --within 61 --reason abc', '--within is minutes, 1 to 60; given 61', 'isolate DEVICE --reason "…"'],
    [
      'isolate web-3 --emergency no --reason abc',
      '--emergency needs its own reason of at least three letters',
      'isolate DEVICE --reason "…"',
    ],
    ['kill web-3 --reason abc', 'pid: Pid is missing', 'kill DEVICE PID --reason "…"'],
    ['kill web-3 nginx --reason abc', 'pid: A number; given nginx', 'kill DEVICE PID --reason "…"'],
    ['kill web-3 7 --tree=maybe --reason abc', '--tree is yes or no; given maybe', 'kill DEVICE PID --reason "…"'],
    [
      'kill web-3 7 --tre --reason abc',
      'kill has no flag --tre; did you mean --tree?',
      'Flags: --pid --tree --reason --emergency --within',
    ],
    ['kill web-3 7 --identity x', 'kill has no flag --identity', 'Flags: --pid --tree --reason --emergency --within'],
    [
      'run web-3 nothing --reason abc',
      'There is no script nothing in the library',
      'run DEVICE SCRIPT [ARGUMENTS…] --reason "…"',
    ],
    [
      'run web-3 draft --reason abc',
      'No version of draft is approved: a second person must approve it first',
      'run DEVICE SCRIPT [ARGUMENTS…] --reason "…"',
    ],
    ['isolate "web', 'The quote at column 9 is not closed: end it with "', null],
  ])('%s: is told what would be right', (line, message, hint) => {
    expect(read(line)).toEqual({ kind: 'mistake', message, hint })
  })
})

describe('a line of the console itself', () => {
  it.each([
    ['', { kind: 'empty' }],
    ['approvals', { kind: 'approvals' }],
    ['approve 0190', { kind: 'approve', id: '0190', digest: null }],
    ['approve 0190 --digest abcdef12', { kind: 'approve', id: '0190', digest: 'abcdef12' }],
    ['reject 0190 --reason "not him"', { kind: 'reject', id: '0190', reason: 'not him' }],
    ['devices online:yes group:"front row"', { kind: 'devices', filter: 'online:yes group:"front row"' }],
    ['status 0190', { kind: 'status', id: '0190' }],
    ['help kill', { kind: 'help', verb: 'kill' }],
    ['help', { kind: 'help', verb: null }],
  ])('%s', (line, reading) => {
    expect(read(line)).toEqual(reading)
  })

  it.each([
    ['approve', 'Which request? approvals lists what waits'],
    ['reject 0190', 'A rejection needs a reason of at least three letters'],
    ['approve 0190 --yes', 'There is no flag --yes here'],
  ])('%s is refused', (line, message) => {
    expect(read(line)).toMatchObject({ kind: 'mistake', message })
  })

  it('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.string(), (line) => void read(line)))
    fc.assert(fc.property(fc.string(), (line) => void read(`kill web-3 ${line}`)))
  })
})

describe('completion', () => {
  const known: Known = {
    ...vocabulary,
    devices: ['web-3', 'web-4', 'old box'],
    people: ['ana@example.org'],
    requests: [{ id: '0190a8f0', sentence: 'Isolate web-3' }],
  }
  const lines = (line: string): string[] => completeLine(line, known).map((one) => one.line)
  it.each([
    ['iso', ['isolate ']],
    ['isolate w', ['isolate web-3 ', 'isolate web-4 ']],
    ['isolate old', ['isolate "old box" ']],
    ['isolate web-3,w', ['isolate web-3,web-3 ', 'isolate web-3,web-4 ']],
    ['isolate web-3 --d', ['isolate web-3 --duration-minutes ']],
    [
      'block db-1 1.1.1.1 --direction ',
      [
        'block db-1 1.1.1.1 --direction both ',
        'block db-1 1.1.1.1 --direction out ',
        'block db-1 1.1.1.1 --direction in ',
      ],
    ],
    ['block db-1 1.1.1.1 --direction o', ['block db-1 1.1.1.1 --direction out ']],
    ['reset-password a', ['reset-password ana@example.org ']],
    ['run web-3 C', ['run web-3 "Clean up" ']],
    [
      'kill web-3 7 --tree ',
      [
        'kill web-3 7 --tree --pid ',
        'kill web-3 7 --tree --reason ',
        'kill web-3 7 --tree --emergency ',
        'kill web-3 7 --tree --within ',
      ],
    ],
    ['approve ', ['approve 0190a8f0 ']],
    ['isolate web-3 --reason ', []],
  ])('%j', (line, expected) => {
    expect(lines(line)).toEqual(expected)
  })

  it('knows the word that is being typed', () => {
    expect(['isolate web-3,we', 'isolate ', 'iso', ''].map(lastWord)).toEqual(['we', '', 'iso', ''])
  })
})
