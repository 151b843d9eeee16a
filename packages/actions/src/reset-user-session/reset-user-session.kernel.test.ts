import { startMachineLab, type MachineLab } from '@riposte/testkit/machine-lab'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLabAgent, type LabAgent } from '../testing/start-lab-agent.ts'

let lab: MachineLab
let agent: LabAgent

beforeAll(async () => {
  lab = await startMachineLab()
  agent = startLabAgent(lab)
  await lab.sh('useradd -M -s /bin/bash alice; useradd -M -s /bin/bash bob; useradd -M idle')
})
afterAll(async () => {
  agent.stop()
  await lab.stop()
})

const count = async (user: string): Promise<number> => Number((await lab.sh(`pgrep -c -u ${user} || true`)).trim())
const until = async (what: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 10_000
  while (!(await what())) {
    if (Date.now() > end) throw new Error('It did not come to be')
    await delay(30)
  }
}
/** A login at a terminal, whose shell runs that. */
const login = async (user: string, script: string): Promise<void> => {
  const before = await count(user)
  lab.start('script', [
    '-q',
    '-f',
    '-c',
    `exec setpriv --reuid ${user} --regid ${user} --clear-groups bash -c '${script}'`,
    '/dev/null',
  ])
  await until(async () => (await count(user)) > before + 1)
}
const job = (user: string, session: string | null = null) => agent.job('reset_user_session', { user, session })
const sessionsOf = async (user: string) => (await agent.live('sessions')).filter((row) => row['user'] === user)

describe('resetting the sessions of a user', () => {
  test('ends all of them, what ignores a polite signal and what went to the background too, and nobody else’s', async () => {
    await login('bob', 'sleep 2000 & wait')
    await login('alice', 'trap "" HUP TERM; sleep 2001 & while :; do sleep 1; done')
    await lab.sh('runuser -u alice -- setsid bash -c "sleep 2002; true" </dev/null >/dev/null 2>&1 &')
    await until(async () => (await sessionsOf('alice')).length >= 2)
    const bobs = await count('bob')
    const asked = job('alice')
    const evidence = await agent.execute(asked)
    expect(evidence).toMatchObject({ user: 'alice', processesLeft: 0 })
    expect(await count('alice')).toBe(0)
    expect(await count('bob')).toBe(bobs)
    expect(await agent.verify(asked, evidence)).toMatchObject({ result: 'passed' })
    expect(await agent.refused(asked)).toMatchObject({
      reason: 'does_not_exist',
      message: expect.stringContaining('no session') as string,
    })

    // A new login is the user's right, and told of; what begins without one is not.
    await login('alice', 'sleep 2003 & wait')
    expect(await agent.verify(asked, evidence)).toMatchObject({
      result: 'passed',
      detail: expect.stringContaining('signed in again') as string,
    })
    await lab.sh('runuser -u alice -- setsid sleep 2004 </dev/null >/dev/null 2>&1 &')
    await until(async () => (await sessionsOf('alice')).some((row) => row['tty'] === null))
    expect(await agent.verify(asked, evidence)).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('without a login') as string,
    })
    await agent.execute(job('alice'))
  })

  test('ends one and leaves the other', async () => {
    await login('alice', 'sleep 2005 & wait')
    await login('alice', 'sleep 2006 & wait')
    const [first, second] = await sessionsOf('alice')
    await agent.execute(job('alice', String(first?.['id'])))
    expect((await sessionsOf('alice')).map((row) => row['id'])).toEqual([second?.['id']])
    expect(await agent.refused(job('bob', String(second?.['id'])))).toMatchObject({
      reason: 'does_not_exist',
      message: expect.stringContaining('is not of bob') as string,
    })
  })

  test.each([
    ['nobody-like-that', 'knows no user'],
    ['-h', 'knows no user'],
    ['a:b', 'knows no user'],
    ['idle', 'no session'],
  ])('refuses %s', async (user, message) => {
    expect(await agent.refused(job(user))).toMatchObject({
      reason: 'does_not_exist',
      message: expect.stringContaining(message) as string,
    })
  })

  test('refuses the session in which the agent itself runs', async () => {
    const inside = startLabAgent(lab, ['script', '-q', '-f', '-E', 'never', '-c'])
    try {
      expect(await inside.refused(job('root'))).toMatchObject({
        reason: 'protected_target',
        message: expect.stringContaining('agent itself') as string,
      })
    } finally {
      inside.stop()
    }
  })

  test('an agent that died before the first signal left the session whole; one that died after it is finished', async () => {
    await login('bob', 'trap "" HUP TERM; sleep 2007 & while :; do sleep 1; done')
    const before = await count('bob')
    const whole = job('bob')
    expect(await agent.dieAtNote(whole, 1)).toBe(true)
    expect(await agent.reconcile(whole)).toMatchObject({ state: 'not_applied' })
    expect(await count('bob')).toBeGreaterThanOrEqual(before - 1)
    const begun = job('bob')
    expect(await agent.dieAtNote(begun, 2)).toBe(true)
    expect(await agent.reconcile(begun)).toMatchObject({ state: 'applied' })
    expect(await count('bob')).toBe(0)
  })
})

describe('what people look at', () => {
  test('processes: identity to pin them, secrets masked, quickly', async () => {
    await lab.sh(
      'for i in $(seq 300); do sleep 3000 </dev/null >/dev/null 2>&1 & done; setsid bash -c "sleep 3001; true" app --password=hunter2 --token abc123 </dev/null >/dev/null 2>&1 &',
    )
    // Each look has a little time for executables that were not read before.
    const known = async () => {
      const rows = await agent.live('processes')
      return rows.every((row) => row['exe'] === null || (row['identity'] as { exeSha256: unknown }).exeSha256 !== null)
    }
    await until(known)
    const began = performance.now()
    const rows = await agent.live('processes')
    const took = performance.now() - began
    expect(rows.length).toBeGreaterThan(300)
    // 100 ms on a quiet machine; tests run beside each other.
    expect(took).toBeLessThan(1_000)
    const app = rows.find((row) => String(row['command']).includes('app'))
    expect(app?.['command']).toBe('bash -c sleep 3001; true app --password=*** --token ***')
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|abc123/)
    expect(app).toMatchObject({
      user: 'root',
      protected: null,
      identity: { exeSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    })
    expect(rows.find((row) => row['pid'] === 1)?.['protected']).toContain('Process 1')
  })

  test('connections: who listens where', async () => {
    lab.start(process.execPath, ['-e', 'require("net").createServer().listen(47811, "127.0.0.1")'])
    await until(async () =>
      (await agent.live('connections')).some((row) => row['localPort'] === 47811 && row['pid'] !== null),
    )
    const row = (await agent.live('connections')).find((one) => one['localPort'] === 47811)
    expect(row).toMatchObject({
      protocol: 'tcp',
      localAddress: '127.0.0.1',
      state: 'listening',
      process: 'node',
      remoteAddress: null,
    })
  })
})
