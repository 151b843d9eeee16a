import { startMachineLab, type MachineLab } from '@riposte/testkit/machine-lab'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Evidence } from '../executor.ts'
import { startLabAgent, type LabAgent, type LabJob } from '../testing/start-lab-agent.ts'

let lab: MachineLab
let agent: LabAgent

beforeAll(async () => {
  lab = await startMachineLab()
  agent = startLabAgent(lab)
  // Another volume with everything that a disk's file system has, and a small one that fills up.
  await lab.sh(`
    truncate -s 64M ${lab.folder}/disk && mkfs.ext4 -q ${lab.folder}/disk
    mkdir -p /srv/disk /srv/small && mount -o loop ${lab.folder}/disk /srv/disk
    mount -t tmpfs -o size=1M tmpfs /srv/small
  `)
})
afterAll(async () => {
  agent.stop()
  await lab.sh('umount /srv/disk').catch(() => undefined)
  await lab.stop()
})

const exists = async (path: string): Promise<boolean> =>
  (await lab.run('bash', ['-c', 'test -e "$1" -o -L "$1"', 'x', path])).code === 0

/** Everything about a file as programs that are not ours see it; before their reading moves its time of access. */
const portraitOnce = async (path: string): Promise<string> =>
  (
    await lab.run('bash', [
      '-c',
      `cd /; stat -c '%s %f %u %g %.9Y %.9X' -- "$1"; sha256sum < "$1"; getfacl -p -n -- "$1" 2>/dev/null | grep -v '^# file'
       getfattr --absolute-names -d -m - -e hex -- "$1" 2>/dev/null | grep -v '^# file'; getcap "$1" | sed 's/.* //'`,
      'x',
      path,
    ])
  ).stdout

/** The second one is of a file that was read already: a first reading moves the time of access, later ones do not. */
const portrait = async (path: string): Promise<string> => {
  await portraitOnce(path)
  return portraitOnce(path)
}

const quarantine = async (path: string, more: Record<string, unknown> = {}): Promise<[LabJob, Evidence]> => {
  const job = agent.job('quarantine_file', { path, ...more })
  return [job, await agent.execute(job)]
}
const refused = (path: string, more: Record<string, unknown> = {}) =>
  agent.refused(agent.job('quarantine_file', { path, ...more }))
const restore = (job: LabJob): LabJob => agent.job('restore_file', { quarantine: job.actionId })

const stateOf = async (pid: number): Promise<string> =>
  (await lab.sh(`sed 's/.*) //' /proc/${pid}/stat 2>/dev/null | cut -c1`)).trim()

const runFrom = async (path: string): Promise<number> => {
  const pid = Number(await lab.sh(`setsid ${path} 1000 </dev/null >/dev/null 2>&1 & echo $!`))
  const end = Date.now() + 5_000
  while ((await lab.sh(`readlink /proc/${pid}/exe || true`)).trim() !== path || (await stateOf(pid)) !== 'S') {
    if (Date.now() > end) throw new Error('It did not start')
    await delay(20)
  }
  return pid
}

/** What must be left of nothing: a file under a name of ours, an entry of that quarantine in the vault. */
const leftovers = async (job: LabJob): Promise<string> =>
  (
    await lab.sh(`ls -A /srv | grep '^.riposte' || true; ls ${agent.stateDir}/vault | grep ${job.actionId} || true`)
  ).trim()

const names = ['plain', '-rf', 'a\nb', 'blank and "quotes"', '$(touch x)`id`', '🛡️ ünï', '\\x41*?[a]', 'x'.repeat(255)]

describe('quarantine, then restore', () => {
  test.each(['/srv', '/srv/disk'])('is identical on %s, whatever the name', async (folder) => {
    for (const name of names) {
      const path = `${folder}/${name}`
      await lab.run('bash', [
        '-c',
        `printf 'payload %s' "$1" > "$1"; chown 1234:4321 "$1"; chmod 4751 "$1"; touch -d '2020-02-03 04:05:06.123456789' -- "$1"`,
        'x',
        path,
      ])
      const before = await portrait(path)
      const [job, evidence] = await quarantine(path)
      expect(evidence).toMatchObject({ gone: true, path })
      expect(await exists(path)).toBe(false)
      expect(await agent.verify(job, evidence)).toMatchObject({ result: 'passed' })
      const back = restore(job)
      const restored = await agent.execute(back)
      expect(await portraitOnce(path), name).toBe(before)
      expect(await agent.verify(back, restored)).toMatchObject({ result: 'passed' })
      expect(await agent.watch(job, evidence)).toMatchObject({ state: 'ended' })
    }
    expect((await lab.sh(`ls -A ${folder} | grep riposte || true`)).trim()).toBe('')
  })

  test('keeps ACL, attributes and capabilities', async () => {
    const path = '/srv/disk/rich'
    await lab.sh(`
      printf x > ${path}; setfacl -m u:1234:rw,g:99:r ${path}; setfattr -n user.note -v "$(printf 'a\\nb=c')" ${path}
      setfattr -n user.empty ${path}; setfattr -n 'user.odd = name' -v 1 ${path}; setfattr -n trusted.secret -v 0s//8= ${path}; setcap cap_net_raw+ep ${path}
    `)
    const before = await portrait(path)
    expect(before).toMatch(/user:1234:rw-[^]*trusted\.secret=0xffff[^]*cap_net_raw/)
    const [job] = await quarantine(path)
    await agent.execute(restore(job))
    expect(await portraitOnce(path)).toBe(before)
  })

  test('keeps holes, in the vault too', async () => {
    const path = '/srv/disk/sparse'
    await lab.sh(
      `truncate -s 96M ${path}; printf head | dd of=${path} conv=notrunc status=none; printf tail | dd of=${path} bs=1 seek=80000001 conv=notrunc status=none`,
    )
    const [blocks, before] = [await lab.sh(`stat -c %b ${path}`), await lab.sh(`sha256sum ${path}`)]
    const [job] = await quarantine(path)
    expect(
      Number((await lab.sh(`du -k --apparent-size ${agent.stateDir}/vault/${job.actionId}/content`)).split('\t')[0]),
    ).toBeLessThan(300)
    const back = restore(job)
    await agent.execute(back)
    expect(await lab.sh(`sha256sum ${path}`)).toBe(before)
    expect(Number(await lab.sh(`stat -c %b ${path}`))).toBeLessThanOrEqual(Number(blocks) + 300)
    await lab.sh(`rm ${path}`)
  })

  test('an empty file, and one of many hard links, of which the others stay and are told of', async () => {
    await lab.sh('cd /srv; : > empty; printf linked > one; ln one two; ln one three')
    const [job] = await quarantine('/srv/empty')
    await agent.execute(restore(job))
    expect(await portrait('/srv/empty')).toMatch(/^0 /)
    const [linked, evidence] = await quarantine('/srv/one')
    expect(evidence).toMatchObject({ otherLinks: 2 })
    expect(await lab.sh('cat /srv/two')).toBe('linked')
    expect(await agent.execute(restore(linked))).toMatchObject({
      notRestored: [expect.stringContaining('3 hard links')],
    })
  })

  test('a large file goes through in constant memory', async () => {
    await lab.sh('printf small > /srv/little; head -c 96M /dev/urandom > /srv/large')
    await agent.execute(restore((await quarantine('/srv/little'))[0]))
    const atRest = agent.rss()
    const before = await lab.sh('sha256sum < /srv/large')
    const [job] = await quarantine('/srv/large')
    await agent.execute(restore(job))
    expect(await lab.sh('sha256sum < /srv/large')).toBe(before)
    expect(agent.rss() - atRest).toBeLessThan(72 * 1024 * 1024)
    await lab.sh('rm /srv/large')
  })
})

describe('what stays where it is', () => {
  test.each([
    ['a link', 'ln -s /etc/hostname /srv/link', '/srv/link', 'unsupported', 'is a link to /etc/hostname'],
    [
      'a path through a link',
      'mkdir /srv/d; printf x > /srv/d/f; ln -s d /srv/l',
      '/srv/l/f',
      'unsupported',
      '/srv/l is a link to d',
    ],
    ['a folder', 'mkdir /srv/folder', '/srv/folder', 'unsupported', 'is a folder'],
    ['a pipe, without waiting for it', 'mkfifo /srv/pipe', '/srv/pipe', 'unsupported', 'is a named pipe'],
    ['a device', 'mknod /srv/null c 1 3', '/srv/null', 'unsupported', 'is a device'],
    ['nothing', 'true', '/srv/nothing', 'does_not_exist', 'nothing at /srv/nothing'],
    ['a file as a folder', 'printf x > /srv/file', '/srv/file/x', 'does_not_exist', 'not a folder'],
    ['a name that is too long', 'true', `/srv/${'x'.repeat(256)}`, 'does_not_exist', 'longer'],
    ['the shell', 'true', '/usr/bin/bash', 'protected_target', 'nobody gets in'],
    ['the accounts', 'true', '/etc/passwd', 'protected_target', 'sign in'],
    ['what the agent runs from', 'true', process.execPath, 'protected_target', 'The agent runs from it'],
    ['a relative path', 'true', 'srv/x', 'unsupported', 'whole path'],
    ['a path with ..', 'true', '/srv/../etc/shadow', 'unsupported', '".."'],
  ])('%s', async (_, setup, path, reason, message) => {
    await lab.sh(setup)
    expect(await refused(path)).toMatchObject({ reason, message: expect.stringContaining(message) as string })
  })

  test('a file of another content than was meant, with nothing left in the vault', async () => {
    await lab.sh('printf good > /srv/changed')
    const job = agent.job('quarantine_file', { path: '/srv/changed', sha256: 'a'.repeat(64) })
    expect(await agent.refused(job)).toMatchObject({ reason: 'precondition_changed' })
    expect(await lab.sh('cat /srv/changed')).toBe('good')
    expect((await lab.sh(`ls ${agent.stateDir}/vault | grep ${job.actionId} || true`)).trim()).toBe('')
  })

  test('a file on a file system that is read-only, and one that is immutable', async () => {
    await lab.sh(`mkdir /srv/ro; mount -t tmpfs tmpfs /srv/ro; printf x > /srv/ro/f; mount -o remount,ro /srv/ro`)
    expect(await refused('/srv/ro/f')).toMatchObject({
      reason: 'permission_denied',
      message: expect.stringContaining('read-only') as string,
    })
    await lab.sh('printf x > /srv/disk/fixed; chattr +i /srv/disk/fixed')
    expect(await refused('/srv/disk/fixed')).toMatchObject({
      reason: 'permission_denied',
      message: expect.stringContaining('immutable') as string,
    })
    await lab.sh('chattr -i /srv/disk/fixed')
    expect(await lab.sh('cat /srv/ro/f /srv/disk/fixed')).toBe('xx')
    expect((await agent.live('quarantine')).map((row) => row['path'])).not.toContain('/srv/ro/f')
  })

  test('a file that is longer than the vault has room, and one for which it fills up on the way', async () => {
    await lab.sh(
      `head -c 2M /dev/urandom > /srv/two-mb; mkdir -p ${agent.stateDir}/vault; mount -t tmpfs -o size=2500k tmpfs ${agent.stateDir}/vault`,
    )
    try {
      expect(await refused('/srv/two-mb')).toMatchObject({
        reason: 'execution_error',
        message: expect.stringContaining('Make room') as string,
      })
      await lab.sh(
        `mount -o remount,size=3300k ${agent.stateDir}/vault; (sleep 0.02; head -c 2500k /dev/zero > ${agent.stateDir}/vault/other) & wait`,
      )
      expect(await refused('/srv/two-mb')).toMatchObject({ reason: 'execution_error' })
      expect((await lab.sh(`stat -c %s /srv/two-mb; ls ${agent.stateDir}/vault`)).trim()).toBe('2097152\nother')
    } finally {
      await lab.sh(`umount ${agent.stateDir}/vault`)
    }
  })

  test('a file that is written to all the time', async () => {
    await lab.sh('head -c 30M /dev/zero > /srv/busy')
    const writer = lab.start('bash', ['-c', 'exec 3>>/srv/busy; while :; do printf more >&3; done'])
    await delay(200)
    const answer = await refused('/srv/busy')
    expect(answer.reason).toBe('precondition_changed')
    writer.kill('SIGKILL')
    await lab.sh('pkill -f "[e]xec 3>>/srv/busy" || true; test -s /srv/busy; rm /srv/busy')
  })

  test('whatever was put in its place meanwhile', async () => {
    // Swapped all the time: whichever of the two is taken, no byte of the other is lost.
    await lab.sh('mkdir /srv/race; cd /srv/race; head -c 3M /dev/zero > evil; printf innocent > good; cp evil path')
    const swap = lab.start('bash', [
      '-c',
      'cd /srv/race; while :; do ln -f good path.new; mv -fT path.new path; ln -f evil path.new; mv -fT path.new path; done',
    ])
    for (let round = 0; round < 8; round += 1) {
      const job = agent.job('quarantine_file', { path: '/srv/race/path' })
      await agent.execute(job).catch(() => undefined)
      expect((await lab.sh('cat /srv/race/good; stat -c " %s" /srv/race/evil')).trim()).toBe('innocent 3145728')
    }
    swap.kill('SIGKILL')
    await lab.sh('pkill -f "[c]d /srv/race" || true')
    expect((await lab.sh('ls -A /srv/race | grep riposte || true')).trim()).toBe('')
  })
})

describe('after quarantine', () => {
  test('the copy in the vault holds nothing of the file that could run or be found, and a change of it is seen', async () => {
    await lab.sh('cp /bin/sleep /srv/tool')
    const [job, evidence] = await quarantine('/srv/tool')
    const content = `${agent.stateDir}/vault/${job.actionId}/content`
    expect(await lab.sh(`stat -c '%a %u' ${content}; grep -c ELF ${content} || true`)).toBe('400 0\n0\n')
    await lab.sh(`printf '\\001' | dd of=${content} bs=1 seek=4000 conv=notrunc status=none`)
    expect(await agent.verify(job, evidence)).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('changed') as string,
    })
    expect(await agent.refused(restore(job))).toMatchObject({ reason: 'precondition_changed' })
    expect(await exists('/srv/tool')).toBe(false)
  })

  test('the same bytes at the path are drift; other bytes are told; restore refuses the occupied path', async () => {
    await lab.sh('printf evil > /srv/back; cp /srv/back /srv/kept')
    const [job, evidence] = await quarantine('/srv/back')
    expect(await agent.watch(job, evidence)).toMatchObject({ state: 'in_force' })
    await lab.sh('printf live > /srv/back')
    expect(await agent.watch(job, evidence)).toMatchObject({ state: 'in_force' })
    expect(await agent.verify(job, evidence)).toMatchObject({ result: 'passed', evidence: { occupied: true } })
    await lab.sh('cp /srv/kept /srv/back')
    expect(await agent.watch(job, evidence)).toMatchObject({ state: 'drifted', repaired: false })
    expect(await agent.verify(job, evidence)).toMatchObject({ result: 'failed' })
    expect(await agent.refused(restore(job))).toMatchObject({
      reason: 'precondition_changed',
      message: expect.stringContaining('stands at') as string,
    })
    await lab.sh('rm /srv/back')
    await agent.execute(restore(job))
    expect(await lab.sh('cat /srv/back')).toBe('evil')
    expect(await agent.refused(restore(job))).toMatchObject({ reason: 'does_not_exist' })
  })

  test('what runs from it is told of, and killed where that was asked for', async () => {
    const run = async (): Promise<number> => {
      await lab.sh('cp /bin/sleep /srv/miner')
      return runFrom('/srv/miner')
    }
    const first = await run()
    const [, evidence] = await quarantine('/srv/miner')
    expect(evidence['running']).toMatchObject([{ pid: first, as: 'executable' }])
    expect(await stateOf(first)).toBe('S')
    const second = await run()
    const [, killed] = await quarantine('/srv/miner', { killRunning: true })
    expect(killed['killed']).toMatchObject([{ pid: second }])
    expect(await exists(`/proc/${second}`)).toBe(false)
    await lab.sh(`kill -9 ${first}`)
  })
})

describe('an agent that dies', () => {
  test('at any note of a quarantine: the file is whole at its path or in the vault', async () => {
    const states: string[] = []
    for (let note = 1; note < 10; note += 1) {
      const path = `/srv/crash-${note}`
      await lab.sh(`printf whole > ${path}; chmod 640 ${path}`)
      const before = await portrait(path)
      const job = agent.job('quarantine_file', { path })
      if (!(await agent.dieAtNote(job, note))) break
      const settled = await agent.reconcile(job)
      states.push(settled.state)
      if (settled.state === 'applied') await agent.execute(restore(job))
      expect(await portraitOnce(path)).toBe(before)
      expect(await leftovers(job)).toBe('')
    }
    expect(states).toEqual(['not_applied', 'not_applied'])
  })

  test('after any change that a quarantine makes, also while it kills what runs from the file', async () => {
    const died: string[] = []
    const states: string[] = []
    for (let change = 1; change < 20; change += 1) {
      const path = `/srv/change-${change}`
      await lab.sh(`cp /bin/sleep ${path}`)
      const before = await portrait(path)
      const running = [await runFrom(path), await runFrom(path)]
      const job = agent.job('quarantine_file', { path, killRunning: true })
      if (!(await agent.dieAfterChange(job, change))) break
      died.push(agent.changes().at(-1) ?? '')
      const settled = await agent.reconcile(job)
      states.push(settled.state)
      const after = await Promise.all(running.map(stateOf))
      if (settled.state === 'applied') {
        // What was asked for is brought to its end: nobody is left stopped, or running from a file that is gone.
        expect(after.filter((state) => state !== '' && state !== 'Z')).toEqual([])
        expect(await agent.verify(job, settled.evidence)).toMatchObject({ result: 'passed' })
        await agent.execute(restore(job))
      } else expect(after).toEqual(['S', 'S'])
      expect(await portraitOnce(path)).toBe(before)
      expect(await leftovers(job)).toBe('')
      await lab.sh('pkill -9 -f "[/]srv/change-" || true')
    }
    // The folder of an older try, the vault's entry, aside, gone; then each process stopped, and each killed.
    expect(died).toEqual([
      ...['remove in the vault', 'rename in the vault', 'rename', 'unlink'],
      ...['kill', 'kill', 'kill', 'kill'],
    ])
    expect(states).toEqual([
      ...['not_applied', 'not_applied', 'applied', 'applied'],
      ...['applied', 'applied', 'applied', 'applied'],
    ])
  })

  test('after any change that a restore makes, also between the file’s two names', async () => {
    const died: string[] = []
    const states: string[] = []
    for (let change = 1; change < 20; change += 1) {
      const path = `/srv/back-${change}`
      await lab.sh(`printf whole > ${path}; chmod 640 ${path}`)
      const before = await portrait(path)
      const [job] = await quarantine(path)
      const back = restore(job)
      if (!(await agent.dieAfterChange(back, change))) break
      died.push(agent.changes().at(-1) ?? '')
      const settled = await agent.reconcile(back)
      states.push(settled.state)
      expect(settled.state).toBe('applied')
      expect(await agent.verify(back, settled.state === 'applied' ? settled.evidence : {})).toMatchObject({
        result: 'passed',
      })
      expect(await lab.sh(`stat -c %h ${path}`)).toBe('1\n')
      expect(await portraitOnce(path)).toBe(before)
      expect(await leftovers(job)).toBe('')
    }
    expect(died).toEqual(['link', 'unlink', 'rename in the vault', 'remove in the vault'])
  })

  test('at any note of a restore: the file is whole at its path or in the vault, and never under another name', async () => {
    const states: string[] = []
    for (let note = 1; note < 10; note += 1) {
      const path = `/srv/restore-${note}`
      await lab.sh(`printf whole > ${path}; chmod 640 ${path}`)
      const before = await portrait(path)
      const [job] = await quarantine(path)
      const back = restore(job)
      if (!(await agent.dieAtNote(back, note))) break
      const settled = await agent.reconcile(back)
      states.push(settled.state)
      if (settled.state === 'not_applied') await agent.execute(restore(job))
      else
        expect(await agent.verify(back, settled.state === 'applied' ? settled.evidence : {})).toMatchObject({
          result: 'passed',
        })
      expect(await portraitOnce(path)).toBe(before)
      expect(await leftovers(job)).toBe('')
    }
    expect(states).toEqual(['not_applied', 'not_applied', 'applied'])
  })
})
