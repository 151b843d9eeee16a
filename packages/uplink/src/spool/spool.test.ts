import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { IncidentReport, maxIncidentsPerBatch } from '@riposte/contract'
import type { FakeControlPlane } from '@riposte/testkit'
import { startFakeControlPlane } from '@riposte/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../sender.ts'
import type { TestUplink } from '../testing/fixture.ts'
import { incident, removeTemporaryFolders, temporaryFolder, testUplink, until } from '../testing/fixture.ts'
import type { UplinkOptions } from '../uplink.ts'

const running: { stop(): Promise<void> }[] = []

async function fakePlane(): Promise<FakeControlPlane> {
  const plane = await startFakeControlPlane()
  running.push(plane)
  return plane
}

function start(plane: FakeControlPlane | null, options: Partial<UplinkOptions> = {}): TestUplink {
  const started = testUplink({
    controlPlane: plane && { url: plane.url, projectToken: plane.projectToken },
    ...options,
  })
  running.unshift({ stop: () => started.uplink.stop(200) })
  started.uplink.start()
  return started
}

afterEach(async () => {
  for (const part of running.splice(0)) await part.stop()
  removeTemporaryFolders()
})

const spoolOf = (dataDir: string) => path.join(dataDir, 'spool')
const folders = (dataDir: string) =>
  readdirSync(spoolOf(dataDir)).filter((name) => statSync(path.join(spoolOf(dataDir), name)).isDirectory())
const segment = (dataDir: string): string => {
  const folder = path.join(spoolOf(dataDir), folders(dataDir)[0] ?? 'no folder')
  return path.join(folder, readdirSync(folder).find((name) => name.endsWith('.jsonl')) ?? 'no segment')
}
const ids = (plane: FakeControlPlane) => plane.incidents().map(({ id }) => id)

describe('the spool', () => {
  it('is within what the control plane takes in one batch', () => {
    expect(limits.records).toBeLessThanOrEqual(maxIncidentsPerBatch)
  })

  it('delivers an incident well within a second and leaves nothing on disk', async () => {
    const plane = await fakePlane()
    const dataDir = temporaryFolder()
    const { uplink } = start(plane, { dataDir })
    await until('connected', () => uplink.status().mode === 'connected')
    const one = incident()
    uplink.report(one)
    await until('the incident', () => ids(plane).includes(one.id), 500)
    await until('an empty spool', () => uplink.status().spool.waiting === 0)
    expect(uplink.status().spool).toMatchObject({ place: 'disk', sent: 1, bytes: 0, lost: 0, problem: null })
    await uplink.stop()
    expect(readdirSync(spoolOf(dataDir))).toEqual([])
  })

  it('has written it when report returns, for its owner alone to read', () => {
    const dataDir = temporaryFolder()
    const { uplink } = start(null, { dataDir })
    const one = incident()
    uplink.report(one, { sync: true })
    expect(readFileSync(segment(dataDir), 'utf8')).toContain(one.id)
    expect(statSync(segment(dataDir)).mode & 0o777).toBe(0o600)
    expect(statSync(path.dirname(segment(dataDir))).mode & 0o777).toBe(0o700)
  })

  it('keeps what the control plane could not take, in order, none twice', async () => {
    const plane = await fakePlane()
    await plane.kill()
    const dataDir = temporaryFolder()
    const { uplink } = start(plane, { dataDir })
    const sent = Array.from({ length: 1_200 }, () => incident({ stack: ['x'.repeat(500)] }))
    for (const one of sent) uplink.report(one)
    expect(uplink.status().spool.waiting).toBe(1_200)
    await plane.restart()
    await until('all of them', () => plane.incidents().length === 1_200)
    expect(ids(plane)).toEqual(sent.map(({ id }) => id))
    expect([...plane.deliveries().values()].every((times) => times === 1)).toBe(true)
    await until('an empty spool', () => uplink.status().spool.waiting === 0)
    expect(uplink.status().spool.bytes).toBe(0)
    expect(plane.batches().every((size) => size <= 500)).toBe(true)
  })

  it('sends of one incident that was reported again only the highest count', async () => {
    const plane = await fakePlane()
    await plane.kill()
    const { uplink } = start(plane, { dataDir: temporaryFolder() })
    const one = incident()
    uplink.report(one)
    uplink.report({ ...one, count: 7 })
    await plane.restart()
    await until('the incident', () => plane.incidents().length === 1)
    expect(plane.incidents()[0]?.count).toBe(7)
    expect(plane.deliveries().get(one.id)).toBe(1)
  })

  it.each([429, 500, 503])('waits and tries again after %d', async (status) => {
    const plane = await fakePlane()
    plane.fail({ kind: 'status', status, retryAfter: '0' }, 'incidents')
    const { uplink } = start(plane)
    uplink.report(incident())
    await until('two tries', () => plane.requests().filter((route) => route === 'incidents').length >= 2)
    plane.fail(null)
    await until('the incident', () => plane.incidents().length === 1)
  })

  it('respects Retry-After', async () => {
    const plane = await fakePlane()
    plane.fail({ kind: 'status', status: 429, retryAfter: '60' }, 'incidents')
    const { uplink } = start(plane)
    await until('connected', () => uplink.status().mode === 'connected')
    const tries = () => plane.requests().filter((route) => route === 'incidents').length
    uplink.report(incident())
    await until('a try', () => tries() === 1)
    await until('heard', () => uplink.status().lastError?.includes('429') === true)
    plane.publish([])
    uplink.report(incident())
    await until('an answer to something else', () => uplink.status().appliedRevision === 2)
    expect(tries()).toBe(1)
  })

  it('halves batches that are too large, and sets aside one that is too large alone', async () => {
    const plane = await fakePlane()
    await plane.kill()
    const { uplink } = start(plane, { dataDir: temporaryFolder() })
    for (let i = 0; i < 40; i++) uplink.report(incident())
    plane.fail({ kind: 'too_large_above', incidents: 3 }, 'incidents')
    await plane.restart()
    await until('all of them', () => plane.incidents().length === 40)
    expect(Math.max(...plane.batches())).toBe(2)
    plane.fail({ kind: 'too_large_above', incidents: 0 }, 'incidents')
    uplink.report(incident())
    await until('it to be set aside', () => uplink.status().spool.rejected === 1)
    expect(uplink.status().spool.waiting).toBe(0)
  })

  it('sets aside what the control plane rejects, names why, and sends the rest', async () => {
    const plane = await fakePlane()
    const bad = incident()
    plane.rejectWhen(({ id }) => id === bad.id)
    const dataDir = temporaryFolder()
    const { uplink } = start(plane, { dataDir })
    const good = incident()
    uplink.report(bad)
    uplink.report(good)
    await until('both', () => uplink.status().spool.sent === 1 && uplink.status().spool.rejected === 1)
    expect(ids(plane)).toEqual([good.id])
    const aside = readFileSync(path.join(spoolOf(dataDir), 'rejected.jsonl'), 'utf8')
    expect(JSON.parse(aside)).toMatchObject({
      why: expect.stringContaining('refused') as string,
      incident: { id: bad.id },
    })
  })
})

describe('a spool that is full', () => {
  it('only counts from there, and reports the loss as an incident', async () => {
    const plane = await fakePlane()
    await plane.kill()
    const { uplink } = start(plane, { dataDir: temporaryFolder(), maxSpoolBytes: 20_000 })
    for (let i = 0; i < 100; i++) uplink.report(incident())
    const { lost, bytes } = uplink.status().spool
    expect(lost).toBeGreaterThan(10)
    expect(bytes).toBeLessThan(30_000)
    await plane.restart()
    await until('an empty spool', () => uplink.status().spool.waiting === 0 && plane.incidents().length > 0)
    uplink.report(incident())
    await until('the whole loss', () =>
      plane.incidents().some((one) => one.protection === 'Riposte' && one.count === lost),
    )
    const kept = plane.incidents().filter(({ protection }) => protection === 'SqlInjection')
    expect(kept.length + lost).toBe(101)
    for (const one of plane.incidents()) expect(IncidentReport.safeParse(one).success).toBe(true)
  })
})

describe('a disk that refuses', () => {
  it.each([
    [
      'a file where the folder should be',
      (dataDir: string) => {
        writeFileSync(spoolOf(dataDir), '')
        return dataDir
      },
    ],
    ['a folder that cannot exist', () => '/proc/1/riposte'],
  ])('makes it wait in memory and says so: %s', async (_name, spoil) => {
    const plane = await fakePlane()
    const folder = temporaryFolder()
    const dataDir = spoil(folder)
    const { uplink } = start(plane, { dataDir })
    uplink.report(incident())
    expect(uplink.status().spool).toMatchObject({ place: 'memory', waiting: 1, problem: expect.any(String) as string })
    await until('the incident', () => plane.incidents().length === 1)
  })

  it('goes back to the disk when it can be written again', () => {
    const dataDir = temporaryFolder()
    writeFileSync(spoolOf(dataDir), '')
    const { uplink } = start(null, { dataDir })
    uplink.report(incident())
    expect(uplink.status().spool.place).toBe('memory')
    renameSync(spoolOf(dataDir), `${spoolOf(dataDir)}.was`)
    uplink.report(incident())
    expect(uplink.status().spool).toMatchObject({ place: 'disk', problem: null, waiting: 2 })
  })

  it('makes another folder when somebody removed its own', () => {
    const dataDir = temporaryFolder()
    const { uplink } = start(null, { dataDir })
    uplink.report(incident())
    renameSync(spoolOf(dataDir), path.join(dataDir, 'elsewhere'))
    uplink.report(incident())
    expect(readFileSync(segment(dataDir), 'utf8').split('\n')).toHaveLength(2)
  })
})

describe('a spool that was left behind', () => {
  it('is sent by the next uplink, none twice', async () => {
    const dataDir = temporaryFolder()
    const first = start(null, { dataDir })
    const left = [incident(), incident()]
    for (const one of left) first.uplink.report(one)
    await first.uplink.stop()
    const plane = await fakePlane()
    const second = start(plane, { dataDir })
    expect(second.uplink.status().spool.waiting).toBe(2)
    await until('both', () => plane.incidents().length === 2)
    expect([...plane.deliveries().values()]).toEqual([1, 1])
    await second.uplink.stop()
    expect(readdirSync(spoolOf(dataDir))).toEqual([])
  })

  it.each([
    ['changed', (text: string) => text.replace('critical', 'harmless')],
    ['cut in the middle', (text: string) => text.slice(0, -40)],
    ['full of other bytes', (text: string) => text + '\0\xff\n\n{"no":"digest"}\n'],
  ])('costs only the record that is damaged (%s), which is set aside and reported', async (_how, damage) => {
    const dataDir = temporaryFolder()
    const first = start(null, { dataDir })
    const good = incident({ severity: 'high' })
    first.uplink.report(good)
    const whole = segment(dataDir)
    const goodText = readFileSync(whole, 'utf8')
    first.uplink.report(incident())
    await first.uplink.stop()
    const file = segment(dataDir)
    const badText = readFileSync(file, 'utf8').slice(goodText.length)
    const changed = damage(badText)
    writeFileSync(file, changed + goodText)
    if (!changed.endsWith('\n')) writeFileSync(file, goodText + changed)

    const plane = await fakePlane()
    const { uplink, logged } = start(plane, { dataDir })
    await until('the good one', () => ids(plane).includes(good.id))
    await until('the report of it', () => plane.incidents().some(({ protection }) => protection === 'Riposte'))
    expect(logged.some(({ message }) => message.includes('set aside'))).toBe(true)
    await until('an empty spool', () => uplink.status().spool.waiting === 0)
    const aside = readdirSync(spoolOf(dataDir)).find((name) => name.startsWith('damaged-'))
    expect(readFileSync(path.join(spoolOf(dataDir), aside ?? 'missing'), 'utf8').length).toBeGreaterThan(5)
    expect([...plane.deliveries().values()].every((times) => times === 1)).toBe(true)
  })

  it('is sent again from its beginning when the cursor is damaged, which does no harm', async () => {
    const dataDir = temporaryFolder()
    const first = start(null, { dataDir })
    first.uplink.report(incident())
    await first.uplink.stop()
    writeFileSync(path.join(path.dirname(segment(dataDir)), 'cursor'), 'nonsense')
    const plane = await fakePlane()
    start(plane, { dataDir })
    await until('the incident', () => plane.incidents().length === 1)
  })

  it('on another machine is taken over only when nobody touched it for a while', async () => {
    const dataDir = temporaryFolder()
    const first = start(null, { dataDir })
    first.uplink.report(incident())
    await first.uplink.stop()
    const folder = folders(dataDir)[0] ?? ''
    const foreign = path.join(spoolOf(dataDir), 'other-host-1-1n0t0.1')
    renameSync(path.join(spoolOf(dataDir), folder), foreign)
    appendFileSync(path.join(foreign, 'cursor'), '')
    utimesSync(path.join(foreign, 'cursor'), new Date(), new Date())
    const plane = await fakePlane()
    const { uplink } = start(plane, { dataDir })
    expect(uplink.status().spool.waiting).toBe(0)
    await until('the incident', () => plane.incidents().length === 1)
  })

  it('of a process that runs is left alone', async () => {
    const dataDir = temporaryFolder()
    const first = start(null, { dataDir })
    first.uplink.report(incident())
    const plane = await fakePlane()
    const second = start(plane, { dataDir })
    second.uplink.report(incident())
    await until('its own', () => plane.incidents().length === 1)
    expect(first.uplink.status().spool.waiting).toBe(1)
    expect(folders(dataDir)).toHaveLength(2)
  })

  it('of many files and records is sent whole', async () => {
    const dataDir = temporaryFolder()
    const first = start(null, { dataDir })
    const sent = Array.from({ length: 900 }, () =>
      incident({ stack: ['é'.repeat(900), 'x'.repeat(900), 'y'.repeat(900)] }),
    )
    for (const one of sent) first.uplink.report(one)
    await first.uplink.stop()
    expect(readdirSync(path.dirname(segment(dataDir))).length).toBeGreaterThan(3)
    const plane = await fakePlane()
    const { uplink } = start(plane, { dataDir })
    await until('all of them', () => plane.incidents().length === 900)
    expect(ids(plane)).toEqual(sent.map(({ id }) => id))
    await uplink.stop()
    expect(readdirSync(spoolOf(dataDir))).toEqual([])
  })

  it('that cannot be read stays where it is', () => {
    const dataDir = temporaryFolder()
    mkdirSync(spoolOf(dataDir))
    writeFileSync(path.join(spoolOf(dataDir), 'notes.txt'), 'mine')
    chmodSync(spoolOf(dataDir), 0o700)
    const { uplink } = start(null, { dataDir })
    expect(uplink.status().spool.problem).toBe(null)
    expect(readdirSync(spoolOf(dataDir))).toEqual(['notes.txt'])
  })
})
