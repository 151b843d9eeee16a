import { expect, test } from 'vitest'
import { judgeHello, needsChallenge, type KnownIdentity, type StatedIdentity } from './judge-hello.ts'

const known: KnownIdentity = { runId: 'run-1', machineId: 'machine-1', confirmedHello: 5 }
const same: StatedIdentity = { runId: 'run-1', machineId: 'machine-1', lastHello: 5 }

interface Case {
  readonly what: string
  readonly stated: Partial<StatedIdentity>
  readonly other?: string
  readonly twoHosts: boolean
}

const cases: readonly Case[] = [
  { what: 'the connection broke off and came back', stated: {}, twoHosts: false },
  { what: 'the agent or the host was started anew', stated: { runId: 'run-2' }, twoHosts: false },
  { what: 'our answer to its hello was lost', stated: { lastHello: 5 }, twoHosts: false },
  { what: 'a backup of the host was restored', stated: { runId: 'run-2', lastHello: 2 }, twoHosts: false },
  { what: 'the machine id was made anew', stated: { runId: 'run-2', machineId: 'machine-2' }, twoHosts: false },
  { what: 'our own database was restored', stated: { runId: 'run-2', lastHello: 99 }, twoHosts: false },
  { what: 'the process opened a second connection', stated: {}, other: 'run-1', twoHosts: false },
  { what: 'a copy of the disk runs beside it', stated: { runId: 'run-2' }, other: 'run-1', twoHosts: true },
  { what: 'a copy of the memory runs beside it', stated: { lastHello: 4 }, other: 'run-1', twoHosts: true },
  {
    what: 'two copies take turns',
    stated: { runId: 'run-2', machineId: 'machine-2', lastHello: 4 },
    twoHosts: true,
  },
]

for (const { what, stated, other, twoHosts } of cases) {
  test(`${what}: ${twoHosts ? 'two hosts' : 'one host'}`, () => {
    expect(judgeHello(known, { ...same, ...stated }, other ?? null).is).toBe(twoHosts ? 'two_hosts' : 'one_host')
  })
}

test('nobody is asked for a sign of life when it would not matter', () => {
  expect(needsChallenge(known, same)).toBe(false)
  expect(needsChallenge({ ...known, runId: null }, { ...same, runId: 'run-2' })).toBe(false)
  expect(needsChallenge(known, { ...same, runId: 'run-2' })).toBe(true)
  expect(needsChallenge(known, { ...same, lastHello: 4 })).toBe(true)
})
