import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import {
  backslashed,
  doubleQuoted,
  fill,
  payload,
  singleQuoted,
  singleQuotedOtherwise,
  templates,
  type Template,
} from './payloads.ts'
import { runAll } from './run-shell.ts'

const shells = ['/bin/dash', '/bin/bash'] as const
const size = 6_000

const isFound = (command: string, value: string): boolean =>
  detect({ kind: 'shell', command }, [{ source: 'query', path: 'q', value }]) !== null

/** Which commands printed in all shells what they print when the value is one argument, to the letter. */
function areUnchanged(commands: readonly string[], wanted: readonly (readonly string[])[]): readonly boolean[] {
  const outputs = shells.map((shell) => runAll(shell, commands))
  return commands.map((_, index) =>
    outputs.every((printed) => wanted[index]?.some((output) => `${output}0` === printed[index])),
  )
}

/** What acts or not as files, users and shells have it; and a way out after which the rest happens to print the same. */
const dependsOnTheMachine = (value: string, { command }: Template): boolean =>
  /[*?~]|\[.*\]|\{.*(?:,|\.\.).*\}/s.test(value) ||
  (value.includes(')') && command.includes('$(')) ||
  (value.includes('\n') && command.includes('#'))

describe('held against dash and bash', () => {
  it('a value is found when a shell makes more of it than one argument, and only then', () => {
    const samples = fc.sample(fc.tuple(fc.constantFrom(...templates), payload), { numRuns: size, seed: 21 })
    const commands = samples.map(([{ command }, value]) => fill(command, value))
    // Blanks at the edge of an argument without quotes are lost, and nothing with them.
    const unchanged = areUnchanged(
      commands,
      samples.map(([{ prints }, value]) => [prints(value), prints(value.replace(/^[ \t]+|[ \t]+$/g, ''))]),
    )
    const missed: string[] = []
    const alarms: string[] = []
    samples.forEach(([template, value], index) => {
      const command = commands[index] ?? ''
      if (!unchanged[index]) {
        if (!isFound(command, value)) missed.push(command)
      } else if (isFound(command, value) && !dependsOnTheMachine(value, template)) alarms.push(command)
    })
    const attacks = unchanged.filter((same) => !same).length
    expect(attacks).toBeGreaterThan(size / 2)
    expect(alarms).toEqual([])
    // What is left are signs that the app's own command may hold as well: `|` between two words, an empty pair of quotes.
    expect(missed.length / attacks, missed.join('\n')).toBeLessThan(0.01)
  })

  it.each([
    ['single quotes', singleQuoted],
    ['single quotes, shut around each apostrophe', singleQuotedOtherwise],
    ['double quotes', doubleQuoted],
    ['backslashes', backslashed],
  ])('no value is found behind %s, where both shells pass it to the letter', (_, escape) => {
    const samples = fc.sample(payload, { numRuns: size / 4, seed: 22 })
    const commands = samples.map((value) => `printf '[%s]' pre${escape(value)} end`)
    const unchanged = areUnchanged(
      commands,
      samples.map((value) => [`[pre${value}][end]`]),
    )
    expect(commands.filter((_, index) => !unchanged[index])).toEqual([])
    expect(commands.filter((command, index) => isFound(command, samples[index] ?? ''))).toEqual([])
  })
})
