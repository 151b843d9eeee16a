import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FakeControlPlane } from '@riposte/testkit'
import { startFakeControlPlane } from '@riposte/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import type { TestUplink } from './testing/fixture.ts'
import { incident, removeTemporaryFolders, temporaryFolder, testUplink, until } from './testing/fixture.ts'
import type { UplinkOptions } from './uplink.ts'

const running: { stop(): Promise<void> }[] = []

async function fakePlane(options?: Parameters<typeof startFakeControlPlane>[0]): Promise<FakeControlPlane> {
  const plane = await startFakeControlPlane(options)
  running.push(plane)
  return plane
}

function startUplink(plane: FakeControlPlane, options: Partial<UplinkOptions> = {}): TestUplink {
  const started = testUplink({ controlPlane: { url: plane.url, projectToken: plane.projectToken }, ...options })
  running.unshift({ stop: () => started.uplink.stop(200) })
  started.uplink.start()
  return started
}

afterEach(async () => {
  for (const part of running.splice(0)) await part.stop()
  removeTemporaryFolders()
})

const blockAll = { if: { protections: 'any' as const }, then: { actions: ['block' as const] } }

describe('configuration', () => {
  it('applies what the control plane signed, and each change at once', async () => {
    const plane = await fakePlane()
    const { uplink, applied } = startUplink(plane)
    await until('revision 1', () => uplink.status().appliedRevision === 1)
    await until('the stream', () => plane.streams() === 1)
    const revision = plane.publish([blockAll])
    await until('the change', () => applied.at(-1)?.revision === revision)
    expect(applied.at(-1)?.rules[0]?.then.actions).toEqual(['block'])
    await until('the report of it', () => plane.reports().at(-1)?.appliedRevision === revision)
    expect(uplink.status()).toMatchObject({ mode: 'connected', lastError: null })
  })

  it('finds a change whose event was lost when the stream comes back', async () => {
    const plane = await fakePlane()
    const { applied } = startUplink(plane)
    await until('the stream', () => plane.streams() === 1 && applied.length === 1)
    await plane.kill()
    plane.publish([blockAll])
    await plane.restart()
    await until('revision 2', () => applied.at(-1)?.revision === 2)
  })

  it('fetches nothing for doubled and outdated events', async () => {
    const plane = await fakePlane()
    const { applied } = startUplink(plane)
    await until('the stream', () => plane.streams() === 1 && applied.length === 1)
    plane.publish([blockAll])
    await until('revision 2', () => applied.at(-1)?.revision === 2)
    // What the stream told when it opened may still be on its way.
    const count = (): number => plane.requests().filter((route) => route === 'config').length
    let fetches = count()
    let same = 0
    await until('the last fetch', () => {
      same = count() === fetches ? same + 1 : 0
      fetches = count()
      return same === 10
    })
    plane.announce(1)
    plane.announce(2)
    plane.announce(2)
    plane.publish([])
    await until('revision 3', () => applied.at(-1)?.revision === 3)
    expect(count()).toBe(fetches + 1)
    expect(applied.map(({ revision }) => revision)).toEqual([1, 2, 3])
  })

  it.each([
    [
      'a wrong signature',
      (plane: FakeControlPlane) => plane.signed({ ...plane.snapshot(), revision: 9 }, true),
      /signature/,
    ],
    [
      'another project',
      (plane: FakeControlPlane) =>
        plane.signed({ ...plane.snapshot(), revision: 9, projectId: '0190f5f0-0000-7000-8000-00000000000f' }),
      /for project/,
    ],
    ['an older revision', (plane: FakeControlPlane) => plane.signed({ ...plane.snapshot(), revision: 0 }), /newer/],
    ['garbage', () => '<html>', /not a signed configuration/],
  ])('refuses %s and keeps what is in force', async (_name, text, why) => {
    const plane = await fakePlane()
    const { uplink, applied } = startUplink(plane)
    await until('the stream', () => plane.streams() === 1 && applied.length === 1)
    plane.serve({ text: text(plane) })
    plane.announce(99)
    await until('the complaint', () => why.test(uplink.status().lastError ?? ''))
    expect(applied.map(({ revision }) => revision)).toEqual([1])
  })

  it('refuses a configuration signed by a key that is not in the token', async () => {
    const plane = await fakePlane()
    const other = await fakePlane()
    plane.serve({ text: other.signed({ ...plane.snapshot(), revision: 5 }) })
    const { uplink, applied } = startUplink(plane)
    await until('the complaint', () => /project token names/.test(uplink.status().lastError ?? ''))
    expect(applied).toEqual([])
  })

  it('skips a rule it cannot read, keeps the others, and leaves unknown keys alone', async () => {
    const plane = await fakePlane()
    const { applied, logged } = startUplink(plane)
    await until('the stream', () => plane.streams() === 1 && applied.length === 1)
    plane.publish([blockAll, blockAll, blockAll])
    await until('revision 2', () => applied.at(-1)?.revision === 2)
    const [first, second, third] = plane.snapshot().rules
    plane.serve({
      snapshot: {
        ...plane.snapshot(),
        revision: 3,
        later: 'unknown',
        rules: [
          { ...first, later: true },
          { ...second, then: { actions: ['teleport'] } },
          { ...third, if: { protections: 'any', moonPhase: 'full' } },
        ],
      },
    })
    plane.announce(3)
    await until('revision 3', () => applied.at(-1)?.revision === 3)
    expect(applied.at(-1)?.rules.map(({ id }) => id)).toEqual([first?.id])
    const warnings = logged.filter(({ message }) => message.includes('was skipped')).map(({ message }) => message)
    expect(warnings).toHaveLength(2)
    expect(warnings.join()).toMatch(/teleport.*moonPhase/s)
  })

  it('stays with the last one when the program cannot apply a new one', async () => {
    const plane = await fakePlane()
    const { uplink, logged } = startUplink(plane, {
      apply: ({ revision }) => {
        if (revision === 2) throw new Error('no')
      },
    })
    await until('revision 1', () => uplink.status().appliedRevision === 1 && plane.streams() === 1)
    plane.publish([])
    await until('the complaint', () => logged.some(({ message }) => message.includes('could not be applied: no')))
    expect(uplink.status().appliedRevision).toBe(1)
    plane.publish([])
    await until('revision 3', () => uplink.status().appliedRevision === 3)
  })
})

describe('the last configuration on disk', () => {
  const cacheFile = (plane: FakeControlPlane, dataDir: string) => path.join(dataDir, `config-${plane.projectId}.json`)

  async function cached(plane: FakeControlPlane): Promise<string> {
    const dataDir = temporaryFolder()
    const { uplink } = startUplink(plane, { dataDir })
    await until('the newest', () => uplink.status().appliedRevision === plane.snapshot().revision)
    await uplink.stop()
    return dataDir
  }

  it('holds at a start without the control plane, and only its owner can read it', async () => {
    const plane = await fakePlane()
    const dataDir = await cached(plane)
    await plane.kill()
    const { uplink, applied } = startUplink(plane, { dataDir })
    expect(applied.map(({ revision }) => revision)).toEqual([1])
    expect(uplink.status().appliedRevision).toBe(1)
    expect(statSync(cacheFile(plane, dataDir)).mode & 0o777).toBe(0o600)
    await until('offline', () => uplink.status().mode === 'offline')
    await plane.restart()
  })

  it('is a floor: an older one from the control plane is refused', async () => {
    const plane = await fakePlane()
    plane.publish([])
    const dataDir = await cached(plane)
    plane.serve({ snapshot: { ...plane.snapshot(), revision: 1 } })
    const { uplink, applied } = startUplink(plane, { dataDir })
    await until('the complaint', () => uplink.status().lastError?.includes('was refused: 2 is in force') === true)
    expect(applied.map(({ revision }) => revision)).toEqual([2])
  })

  it.each([
    ['damaged', 'half', (text: string) => text.slice(0, text.length / 2)],
    ['damaged', 'changed', (text: string) => text.replace(/"payload":"(....)/, '"payload":"AAAA')],
    ['damaged', 'empty', () => ''],
  ])('is set aside when it is %s (%s), and the app goes on', async (state, _how, change) => {
    const plane = await fakePlane()
    const dataDir = await cached(plane)
    const file = cacheFile(plane, dataDir)
    const damagedText = change(readFileSync(file, 'utf8'))
    writeFileSync(file, damagedText)
    const { uplink, logged } = startUplink(plane, { dataDir })
    const aside = readdirSync(dataDir).find((name) => name.includes(`.json.${state}-`))
    expect(readFileSync(path.join(dataDir, aside ?? 'missing'), 'utf8')).toBe(damagedText)
    expect(logged.some(({ message }) => message.includes('set aside'))).toBe(true)
    await until('a fresh one', () => uplink.status().appliedRevision === 1)
  })

  it('is set aside as foreign when another key signed it', async () => {
    const plane = await fakePlane()
    const other = await fakePlane()
    const dataDir = await cached(plane)
    writeFileSync(cacheFile(plane, dataDir), other.signed(plane.snapshot()))
    await plane.kill()
    const { applied } = startUplink(plane, { dataDir })
    expect(applied).toEqual([])
    expect(readdirSync(dataDir).some((name) => name.includes('.json.foreign-'))).toBe(true)
    await plane.restart()
  })
})

describe('contact', () => {
  it('reports at the start and as often as it is told', async () => {
    const plane = await fakePlane({ heartbeatMs: 1_000 })
    startUplink(plane)
    await until('three reports', () => plane.reports().length >= 3)
    expect(plane.reports()[0]).toMatchObject({ app: { name: 'shop' }, environment: 'production' })
  })

  it('says so when the token is refused, and tries again slowly', async () => {
    const plane = await fakePlane()
    const { uplink } = startUplink(plane)
    await until('the stream', () => plane.streams() === 1)
    plane.fail({ kind: 'status', status: 401 })
    await plane.kill()
    await plane.restart()
    await until('refused', () => uplink.status().mode === 'refused')
    plane.fail(null)
    await until('connected', () => uplink.status().mode === 'connected')
  })

  it('never connects with what is no token, and says what one looks like', async () => {
    const plane = await fakePlane()
    const { uplink } = startUplink(plane, { controlPlane: { url: plane.url, projectToken: 'hello' } })
    uplink.report(incident())
    expect(uplink.status()).toMatchObject({ mode: 'refused', lastError: expect.stringContaining('rip1.') as string })
    expect(plane.requests()).toEqual([])
  })

  it.each(['not a url', 'ftp://127.0.0.1/', 'http://127.0.0.1:1'])('does not throw for the address %s', async (url) => {
    const plane = await fakePlane()
    const { uplink } = startUplink(plane, { controlPlane: { url, projectToken: plane.projectToken } })
    await until('the complaint', () => uplink.status().lastError !== null)
    uplink.report(incident())
    expect(uplink.status().spool.waiting).toBe(1)
  })

  it('takes a silent stream for dead and opens another', async () => {
    const plane = await fakePlane({ pingMs: 60_000 })
    const { uplink } = startUplink(plane)
    await until('the stream', () => plane.streams() === 1)
    await until('another', () => plane.requests().filter((route) => route === 'stream').length >= 2)
    await until('connected', () => uplink.status().mode === 'connected')
  })

  it('survives a control plane that answers garbage to everything', async () => {
    const plane = await fakePlane()
    plane.fail({ kind: 'garbage' })
    const { uplink, applied } = startUplink(plane)
    uplink.report(incident())
    await until('tries', () => plane.requests().filter((route) => route === 'incidents').length >= 2)
    expect(applied).toEqual([])
    expect(uplink.status().spool.waiting).toBe(1)
    plane.fail(null)
    await until('the incident', () => plane.incidents().length === 1)
  })

  it.each([0, 4e12, Number.NaN, -1e15, Infinity])('works with a clock that says %d', async (now) => {
    const plane = await fakePlane()
    const { uplink } = startUplink(plane, { clock: () => now })
    uplink.report(incident())
    await until('all of it', () => plane.incidents().length === 1 && plane.reports().length > 0)
    await until('revision 1', () => uplink.status().appliedRevision === 1)
  })

  it('says goodbye', async () => {
    const plane = await fakePlane()
    const { uplink } = startUplink(plane)
    await until('connected', () => uplink.status().mode === 'connected')
    await uplink.stop()
    expect(plane.reports().at(-1)).toMatchObject({ stopping: true })
    await until('the stream to close', () => plane.streams() === 0)
  })
})
