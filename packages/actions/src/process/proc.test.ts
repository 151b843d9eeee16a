import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseStat } from './proc.ts'

const line = (name: string): string =>
  `4242 (${name}) S 1 4242 4240 34816 4242 4194560 100 0 0 0 7 5 0 0 20 0 1 0 123456789 1000000 321 18446744073709551615 1 1\n`

test('the fields behind the name, whatever the process calls itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 15 }), (name) => {
      expect(parseStat(line(name))).toEqual({
        pid: 4242,
        name,
        state: 'S',
        ppid: 1,
        pgrp: 4242,
        session: 4240,
        tty: 34_816,
        kernelThread: false,
        cpuTicks: 12,
        startTime: '123456789',
        rssPages: 321,
      })
    }),
    { examples: [['a) R 2 (b'], [')))'], ['\n'], ['']] },
  )
})

test('a kernel thread shows by its flag, not by its name', () => {
  expect(parseStat(line('[kworker]'))?.kernelThread).toBe(false)
  expect(parseStat(line('x').replace('4194560', '69238880'))?.kernelThread).toBe(true)
})

test.each(['', '(', ')(', '1 (x', '1 (x) S', 'x'.repeat(10_000)])('%j is no line of it', (text) => {
  expect(parseStat(text)).toBeNull()
})
