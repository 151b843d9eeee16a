import { startMachineLab, type MachineLab } from '@riposte/testkit/machine-lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLabAgent, type LabAgent } from '../testing/start-lab-agent.ts'

let lab: MachineLab
let agent: LabAgent

beforeAll(async () => {
  lab = await startMachineLab()
  agent = startLabAgent(lab)
  await lab.sh(`useradd -M carol; useradd -M dave; useradd -M --system robot; useradd -M keyonly
    echo 'carol:a good old phrase' | chpasswd; echo 'dave:another phrase' | chpasswd; echo 'robot:beep boop' | chpasswd
    chage -d 2025-03-01 carol; chage -d 2025-03-01 dave`)
})
afterAll(async () => {
  agent.stop()
  await lab.stop()
})

const job = (user: string | null) => agent.job('force_password_reset', { user, notify: false })
const shadowDay = async (user: string): Promise<string> => (await lab.sh(`getent shadow ${user} | cut -d: -f3`)).trim()

test('the account must change its password, nobody else’s does, and no hash is told of', async () => {
  const hash = (await lab.sh('getent shadow carol | cut -d: -f2')).trim()
  const asked = job('carol')
  const evidence = await agent.execute(asked)
  expect(evidence).toMatchObject({
    user: 'carol',
    lastChange: 0,
    mustChange: true,
    alreadySo: false,
    lastChangeBefore: 20_148,
  })
  expect(JSON.stringify(evidence)).not.toContain(hash)
  expect(await shadowDay('carol')).toBe('0')
  expect(await shadowDay('dave')).toBe('20148')
  expect((await lab.sh('getent shadow carol | cut -d: -f2')).trim()).toBe(hash)
  expect(await lab.sh('chage -l carol')).toContain('password must be changed')
  expect(await agent.verify(asked, evidence)).toMatchObject({ result: 'passed' })
  expect(await agent.execute(job('carol'))).toMatchObject({ alreadySo: true })

  await lab.sh(`echo 'carol:a brand new phrase' | chpasswd`)
  expect(await agent.verify(asked, evidence)).toMatchObject({
    result: 'passed',
    detail: expect.stringContaining('new password') as string,
  })
  await lab.sh('chage -d 2025-03-01 carol')
  expect(await agent.verify(asked, evidence)).toMatchObject({
    result: 'failed',
    detail: expect.stringContaining('took it back') as string,
  })
  await lab.sh('userdel carol')
  expect(await agent.verify(asked, evidence)).toMatchObject({ result: 'failed' })
})

test.each([
  ['somebody who is not there', 'nobody-here', 'does_not_exist'],
  ['a name that is an option', '-d', 'does_not_exist'],
  ['a name with a colon', 'a:b', 'does_not_exist'],
  ['a number that is somebody’s id', '1001', 'does_not_exist'],
  ['nobody in particular', null, 'does_not_exist'],
  ['root', 'root', 'protected_target'],
  ['an account of the system', 'robot', 'protected_target'],
  ['nobody', 'nobody', 'protected_target'],
  ['an account that no password opens', 'keyonly', 'precondition_changed'],
])('%s is refused and nothing changes', async (_name, user, reason) => {
  const before = await lab.sh('sha256sum /etc/shadow')
  expect(await agent.refused(job(user))).toMatchObject({ reason })
  expect(await lab.sh('sha256sum /etc/shadow')).toBe(before)
})

test('after a crash the files tell whether it happened', async () => {
  const asked = job('dave')
  expect(await agent.reconcile(asked)).toMatchObject({ state: 'not_applied' })
  await agent.execute(asked)
  expect(await agent.reconcile(asked)).toMatchObject({ state: 'applied', evidence: { lastChangeBefore: 20_148 } })
  await lab.sh('chage -d 2025-03-01 dave')
  expect(await agent.reconcile(asked)).toMatchObject({ state: 'not_applied' })
})
