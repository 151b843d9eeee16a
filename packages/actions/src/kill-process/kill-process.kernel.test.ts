import { startMachineLab, type MachineLab } from '@riposte/testkit/machine-lab'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLabAgent, type LabAgent } from '../testing/start-lab-agent.ts'

let lab: MachineLab
let agent: LabAgent

beforeAll(async () => {
  lab = await startMachineLab()
  agent = startLabAgent(lab)
})
afterAll(async () => {
  agent.stop()
  await lab.stop()
})

/** A process in the lab, as the lab numbers it. */
const begin = async (script: string): Promise<number> =>
  Number((await lab.sh(`setsid bash -c ${JSON.stringify(script)} </dev/null >/dev/null 2>&1 & echo $!`)).trim())

const alive = async (pid: number): Promise<boolean> =>
  (await lab.sh(`cut -d' ' -f3 /proc/${pid}/stat 2>/dev/null || echo gone`)).trim().match(/^[RSDTt]$/) !== null
const stateOf = async (pid: number): Promise<string> =>
  (await lab.sh(`sed 's/.*) //' /proc/${pid}/stat 2>/dev/null | cut -d' ' -f1`)).trim()
const until = async (what: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 10_000
  while (!(await what())) {
    if (Date.now() > end) throw new Error('It did not come to be')
    await delay(30)
  }
}
const identityOf = async (pid: number): Promise<Record<string, unknown>> => {
  const row = (await agent.live('processes')).find((one) => one['pid'] === pid)
  return row?.['identity'] as Record<string, unknown>
}

describe('killing a process', () => {
  test('ends exactly that one, and says what it was', async () => {
    const pid = await begin('sleep 1001; true')
    const other = await begin('sleep 1002; true')
    const job = agent.job('kill_process', { pid, identity: await identityOf(pid) })
    const evidence = await agent.execute(job)
    expect(evidence).toMatchObject({ pid, gone: true, pinned: true, user: 'root', command: 'bash -c sleep 1001; true' })
    expect(evidence['exeSha256']).toMatch(/^[0-9a-f]{64}$/)
    expect(await alive(pid)).toBe(false)
    expect(await alive(other)).toBe(true)
    expect(await agent.verify(job, evidence)).toMatchObject({ result: 'passed' })
    expect(await agent.refused(job)).toMatchObject({ reason: 'does_not_exist' })
  })

  test('leaves a process that has the number but not the identity, running', async () => {
    const pid = await begin('sleep 1003; true')
    const identity = await identityOf(pid)
    const reused = agent.job('kill_process', { pid, identity: { ...identity, startTime: '1' } })
    expect(await agent.refused(reused)).toMatchObject({ reason: 'does_not_exist' })
    const changed = agent.job('kill_process', { pid, identity: { ...identity, exeSha256: 'a'.repeat(64) } })
    expect(await agent.refused(changed)).toMatchObject({ reason: 'precondition_changed' })
    const boot = agent.job('kill_process', {
      pid,
      identity: { ...identity, bootId: agent.job('kill_process', { pid }).actionId },
    })
    expect(await agent.refused(boot)).toMatchObject({
      reason: 'does_not_exist',
      message: expect.stringContaining('started anew') as string,
    })
    expect(await stateOf(pid)).toBe('S')
  })

  test('an exec of another program between the look and the kill is another executable', async () => {
    const pid = await begin('read -t 1000 < <(sleep 1000); true')
    const identity = await identityOf(pid)
    await lab.sh(`kill -9 ${pid}`)
    const next = await begin('exec sleep 1004')
    await until(async () => (await lab.sh(`readlink /proc/${next}/exe`)).includes('sleep'))
    const pinned = { ...(await identityOf(next)), exeSha256: identity['exeSha256'] }
    expect(await agent.refused(agent.job('kill_process', { pid: next, identity: pinned }))).toMatchObject({
      reason: 'precondition_changed',
    })
    expect(await stateOf(next)).toBe('S')
  })

  test('takes the whole tree, also of one that forks all the time', async () => {
    const pid = await begin('while :; do (sleep 77 & sleep 77 & sleep 77) & sleep 0.01; done')
    await delay(300)
    const without = await lab.sh('pgrep -c sleep || true')
    expect(Number(without)).toBeGreaterThan(5)
    const evidence = await agent.execute(agent.job('kill_process', { pid, tree: true }))
    expect((evidence['killed'] as unknown[]).length).toBeGreaterThan(5)
    const children = (evidence['killed'] as { pid: number }[]).map((one) => one.pid)
    expect((await Promise.all(children.slice(0, 20).map(alive))).some(Boolean)).toBe(false)
    await lab.sh('pkill -x sleep || true')
  })

  test('without the tree the children go on', async () => {
    const pid = await begin('sleep 1005 & sleep 1006 & wait')
    await until(async () => (await lab.sh(`pgrep -c -P ${pid} || true`)).trim() === '2')
    const children = (await lab.sh(`pgrep -P ${pid}`)).trim().split('\n').map(Number)
    await agent.execute(agent.job('kill_process', { pid }))
    expect(await Promise.all(children.map(stateOf))).toEqual(['S', 'S'])
    await lab.sh(`kill ${children.join(' ')}`)
  })

  test('refuses process 1, the agent, what it came from, threads, the dead, the listed, and leaves each as it was', async () => {
    expect(await agent.refused(agent.job('kill_process', { pid: 1 }))).toMatchObject({ reason: 'protected_target' })
    const rows = await agent.live('processes')
    const self = rows.find((row) => String(row['command']).includes('lab-agent'))
    expect(self?.['protected']).toBe('That is the agent itself.')
    const own = Number(self?.['pid'])
    expect(await agent.refused(agent.job('kill_process', { pid: own }))).toMatchObject({ reason: 'protected_target' })
    const thread = Number(
      (await lab.sh(`ls /proc/${own}/task`))
        .trim()
        .split('\n')
        .find((tid) => Number(tid) !== own),
    )
    expect(await agent.refused(agent.job('kill_process', { pid: thread }))).toMatchObject({
      reason: 'does_not_exist',
      message: expect.stringContaining('thread of process') as string,
    })
    const parent = lab.start('bash', ['-c', 'sleep 0.01 & exec sleep 600'])
    await until(async () => (await lab.sh('pgrep -x sleep -r Z || true')).trim() !== '')
    const holder = await lab.sh('pgrep -x sleep -r Z')
    expect(await agent.refused(agent.job('kill_process', { pid: Number(holder) }))).toMatchObject({
      reason: 'does_not_exist',
      message: expect.stringContaining('dead already') as string,
    })
    parent.kill('SIGKILL')
    const pid = await begin('exec sleep 1007')
    await until(async () => (await lab.sh(`readlink /proc/${pid}/exe`)).includes('sleep'))
    for (const protectedProcesses of [['sleep'], [(await lab.sh(`readlink /proc/${pid}/exe`)).trim()]])
      expect(await agent.refused(agent.job('kill_process', { pid }), { policy: { protectedProcesses } })).toMatchObject(
        {
          reason: 'protected_target',
        },
      )
    expect(await stateOf(pid)).toBe('S')
  })

  test('a protected descendant saves the whole tree, and all of it goes on', async () => {
    await lab.sh('cp /bin/sleep /srv/keeper')
    const pid = await begin('/srv/keeper 1000 & sleep 1000 & wait')
    await until(async () => (await lab.sh(`pgrep -c -P ${pid} || true`)).trim() === '2')
    const children = (await lab.sh(`pgrep -P ${pid}`)).trim().split('\n').map(Number)
    await until(async () => (await lab.sh(`readlink /proc/${children[0] ?? 0}/exe`)).includes('keeper'))
    const job = agent.job('kill_process', { pid, tree: true })
    expect(await agent.refused(job, { policy: { protectedProcesses: ['keeper'] } })).toMatchObject({
      reason: 'protected_target',
    })
    expect(await Promise.all([pid, ...children].map(stateOf))).toEqual(['S', 'S', 'S'])
    await agent.execute(job)
  })

  test('tells that the same image runs again, and a number used again is none of that', async () => {
    // Bytes of its own, since the lab's first process sleeps too.
    await lab.sh('cp /bin/sleep /srv/implant; echo >> /srv/implant')
    const guard = await begin('while :; do /srv/implant 500; done')
    await until(async () => (await lab.sh('pgrep -x implant || true')).trim() !== '')
    const pid = Number(await lab.sh('pgrep -x implant'))
    const job = agent.job('kill_process', { pid })
    const evidence = await agent.execute(job)
    await until(async () => (await lab.sh('pgrep -x implant || true')).trim() !== '')
    const verdict = await agent.verify(job, evidence)
    expect(verdict).toMatchObject({ result: 'failed' })
    expect(verdict.detail).toContain(`started by ${guard} (bash)`)
    await agent.execute(agent.job('kill_process', { pid: guard, tree: true }))
    expect(await agent.verify(job, evidence)).toMatchObject({ result: 'passed' })
    // A copy under another name is the same image.
    await lab.sh('cp /srv/implant /srv/other-name')
    const copy = await begin('exec /srv/other-name 600')
    await until(async () => (await lab.sh(`readlink /proc/${copy}/exe`)).includes('other-name'))
    expect(await agent.verify(job, evidence)).toMatchObject({ result: 'failed' })
    await lab.sh(`kill -9 ${copy}`)
  })

  test('an agent that dies at any note leaves nothing stopped: the tree is gone or goes on', async () => {
    const outcomes: string[] = []
    for (let note = 1; note <= 10; note += 1) {
      const pid = await begin('sleep 1008 & sleep 1009 & wait')
      await until(async () => (await lab.sh(`pgrep -c -P ${pid} || true`)).trim() === '2')
      const all = [pid, ...(await lab.sh(`pgrep -P ${pid}`)).trim().split('\n').map(Number)]
      const job = agent.job('kill_process', { pid, tree: true })
      if (!(await agent.dieAtNote(job, note))) break
      // What stood in the note is stopped, or just about to be: after the last one all are.
      if (note === 3) expect(await Promise.all(all.map(stateOf))).toEqual(['T', 'T', 'T'])
      const settled = await agent.reconcile(job)
      expect(settled.state).toBe('not_applied')
      // What was let go runs for a moment before it sleeps again; what is stopped never does.
      await until(async () => (await Promise.all(all.map(stateOf))).join('') === 'SSS')
      outcomes.push(settled.state)
      await lab.sh(`kill -9 ${all.join(' ')}`)
    }
    // Stopping the root, stopping its children, the kill.
    expect(outcomes).toEqual(['not_applied', 'not_applied', 'not_applied'])
  })

  test('a kill that was half-done is brought to its end, and only of the same processes', async () => {
    const pid = await begin('sleep 1010 & sleep 1011 & wait')
    await until(async () => (await lab.sh(`pgrep -c -P ${pid} || true`)).trim() === '2')
    const children = (await lab.sh(`pgrep -P ${pid}`)).trim().split('\n').map(Number)
    const job = agent.job('kill_process', { pid, tree: true })
    expect(await agent.dieAtNote(job, 3)).toBe(true)
    await lab.sh(`kill -9 ${pid}`)
    expect(await agent.reconcile(job)).toMatchObject({ state: 'applied' })
    expect(await Promise.all(children.map(alive))).toEqual([false, false])
  })
})
