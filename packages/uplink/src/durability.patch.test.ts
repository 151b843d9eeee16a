import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { FakeControlPlane } from '@riposte/testkit'
import { startFakeControlPlane } from '@riposte/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeTemporaryFolders, temporaryFolder, testUplink, until } from './testing/fixture.ts'
import type { Orders } from './testing/program.ts'
import type { UplinkStatus } from './uplink.ts'

const program = path.join(import.meta.dirname, 'testing/program.ts')
const command = [process.execPath, '--import', 'tsx', '--conditions=source', program]

let plane: FakeControlPlane
let dataDir: string
const children: ChildProcess[] = []
const mounts: string[] = []

beforeEach(async () => {
  plane = await startFakeControlPlane()
  dataDir = temporaryFolder()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const mount of mounts.splice(0)) spawnSync('umount', ['-l', mount])
  await plane.stop()
  removeTemporaryFolders()
})

interface Run {
  readonly child: ChildProcess
  /** What the program printed of its spool; null when it died before. */
  readonly spool: Promise<UplinkStatus['spool'] | null>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** @param limit shell words before the program's own command */
function run(orders: Partial<Orders>, limit = ''): Run {
  const whole: Orders = {
    controlPlane: { url: plane.url, projectToken: plane.projectToken },
    dataDir,
    report: [],
    then: 'wait',
    ...orders,
  }
  const child = limit
    ? spawn('bash', ['-c', `${limit}; exec "$@"`, 'bash', ...command, JSON.stringify(whole)])
    : spawn(command[0] ?? '', [...command.slice(1), JSON.stringify(whole)])
  children.push(child)
  let output = ''
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      if (code !== null && code !== 0) process.stderr.write(errors)
      resolve({ code, signal })
    })
  })
  const spool = new Promise<UplinkStatus['spool'] | null>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('\n')) resolve(JSON.parse(output) as UplinkStatus['spool'])
    })
    void ended.then(() => resolve(null))
  })
  return { child, spool, ended }
}

const newIds = (count: number) => Array.from({ length: count }, () => randomUUID() as string)
const ids = () => plane.incidents().map(({ id }): string => id)

it('an incident survives kill -9 in the same tick and arrives at the next start, once', async () => {
  const [id = ''] = newIds(1)
  expect(await run({ report: [id], then: 'die' }).ended).toMatchObject({ signal: 'SIGKILL' })
  expect(ids()).toEqual([])
  expect(await run({ then: 'drain' }).ended).toMatchObject({ code: 0 })
  expect(ids()).toEqual([id])
  expect(plane.deliveries().get(id)).toBe(1)
  expect(readdirSync(path.join(dataDir, 'spool'))).toEqual([])
})

it('of many processes killed without a control plane, each incident arrives once though many start together', async () => {
  await plane.kill()
  const lots = Array.from({ length: 3 }, () => newIds(20))
  await Promise.all(lots.map((report) => run({ report, then: 'die' }).ended))
  await plane.restart()
  await Promise.all(Array.from({ length: 3 }, () => run({ then: 'drain' }).ended))
  expect(ids().sort()).toEqual(lots.flat().sort())
  expect([...plane.deliveries().values()].every((times) => times === 1)).toBe(true)
})

it('a spool survives the death of the process that took it over', async () => {
  const [id = ''] = newIds(1)
  await plane.kill()
  await run({ report: [id], then: 'die' }).ended
  const second = run({ then: 'wait' })
  expect((await second.spool)?.waiting).toBe(1)
  second.child.kill('SIGKILL')
  await second.ended
  await plane.restart()
  await run({ then: 'drain' }).ended
  expect(ids()).toEqual([id])
})

it('the spool of a process that runs is not taken over', async () => {
  await plane.kill()
  const first = run({ report: newIds(1), then: 'wait' })
  await first.spool
  const { uplink } = testUplink({ dataDir })
  uplink.start()
  expect(uplink.status().spool.waiting).toBe(0)
  first.child.kill('SIGKILL')
  await first.ended
  await until('its end to be noticed', () => uplink.status().spool.waiting === 1)
  await uplink.stop()
})

it('a connected uplink does not keep the process alive, and what it could not send is kept', async () => {
  plane.fail({ kind: 'hang' })
  const [id = ''] = newIds(1)
  expect(await run({ report: [id], then: 'end' }).ended).toMatchObject({ code: 0 })
  plane.fail(null)
  await run({ then: 'drain' }).ended
  expect(ids()).toEqual([id])
})

it('a file size limit is met in the middle of a record: the rest waits in memory, nothing is lost or half-written', async () => {
  const report = newIds(40)
  // Ignored, the signal of the limit becomes an error of the write.
  const limited = run({ report, bytesEach: 900, then: 'drain' }, "trap '' XFSZ; ulimit -f 16")
  expect(await limited.spool).toMatchObject({
    place: 'memory',
    waiting: 40,
    lost: 0,
    problem: expect.stringContaining('EFBIG') as string,
  })
  expect(await limited.ended).toMatchObject({ code: 0 })
  expect(ids().sort()).toEqual([...report].sort())
})

it('a full disk: what does not fit waits in memory, and what did fit survives kill -9', async (context) => {
  const mount = path.join(dataDir, 'small')
  spawnSync('mkdir', [mount])
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'riposte-test', mount], { encoding: 'utf8' })
  if (mounted.status !== 0) {
    process.stderr.write(`not run, since this machine lets nobody mount a small disk: ${mounted.stderr}\n`)
    context.skip()
    return
  }
  mounts.push(mount)
  const report = newIds(100)
  await plane.kill()
  const full = run({ dataDir: mount, report, bytesEach: 900, then: 'wait' })
  expect(await full.spool).toMatchObject({
    place: 'memory',
    waiting: 100,
    problem: expect.stringContaining('ENOSPC') as string,
  })
  full.child.kill('SIGKILL')
  await full.ended
  const folder = path.join(mount, 'spool')
  expect(readdirSync(folder).some((name) => statSync(path.join(folder, name)).isDirectory())).toBe(true)
  await plane.restart()
  await run({ dataDir: mount, then: 'drain' }).ended
  const arrived = ids()
  expect(arrived.length).toBeGreaterThan(20)
  expect(arrived).toEqual(report.slice(0, arrived.length))
})
