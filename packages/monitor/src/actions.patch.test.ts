import { startFakeControlPlane } from '@riposte/testkit'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readSpool, startSample, type Sample, type SampleAnswer } from './testing/start-sample.ts'

const running: Sample[] = []
afterEach(async () => {
  for (const app of running.splice(0)) await app.stop()
})

type Config = Record<string, unknown>

async function start(action: string | readonly string[], more: Config = {}, folder?: string): Promise<Sample> {
  const app = await startSample({
    file: 'actions.cjs',
    config: {
      protections: { OwnProtection: { action } },
      trustedProxies: ['loopback'],
      logging: { level: 'warning' },
      ...more,
    },
    ...(folder === undefined ? {} : { folder }),
  })
  running.push(app)
  writeFileSync(path.join(app.folder, 'note.txt'), 'a note')
  return app
}

const from = (ip: string, more: Record<string, string> = {}): Record<string, string> => ({
  'x-forwarded-for': ip,
  ...more,
})

/** Polls until it holds. */
async function until<T>(work: () => T | null | undefined | false | Promise<T | null | undefined | false>): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const result = await work()
    if (result) return result
    if (Date.now() > deadline) throw new Error('waited for ten seconds in vain')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const isRefused = ({ status, text, headers }: SampleAnswer): boolean =>
  status === 403 && typeof headers['riposte-reference'] === 'string' && text.includes('"status":403')

describe('log, none, block', () => {
  test('log records and lets pass', async () => {
    const app = await start('log')
    expect(await app.get('/check?v=EVIL')).toMatchObject({ status: 200, text: 'passed' })
    expect(app.spooled()).toMatchObject([
      {
        protection: 'OwnProtection',
        outcome: { actions: ['log'], decidedBy: { source: 'file' } },
        reason: 'It is evil.',
      },
    ])
  })

  test('none records what would have been done', async () => {
    const app = await start('none')
    expect((await app.get('/check?v=EVIL')).text).toBe('passed')
    expect(app.spooled()).toMatchObject([{ outcome: { actions: ['none'], wouldHave: ['log'] } }])
  })

  test('block answers once and fails the operation in the caller’s form', async () => {
    const app = await start(['log', 'block'])
    expect(isRefused(await app.get('/check?v=EVIL'))).toBe(true)
    expect(isRefused(await app.get('/file?v=EVIL'))).toBe(true)
    expect(isRefused(await app.get('/callback?v=EVIL'))).toBe(true)
    expect((await app.get('/file?v=good')).text).toBe('a note')
    expect(app.spooled()[0]?.outcome.actions).toEqual(['log', 'block'])
  })

  test('a page that is asked for by name is a page; nothing of what was matched is in either', async () => {
    const app = await start('block')
    const { headers, text } = await app.get('/check?v=EVIL', { accept: 'text/html,application/json;q=0.5' })
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(text).toContain(headers['riposte-reference'])
    expect(text).not.toMatch(/EVIL|Own/)
    expect((await app.get('/check?v=EVIL', { accept: '*/*' })).headers['content-type']).toBe('application/problem+json')
  })
})

test('values of a row that was stored earlier count inside a request, which is answered', async () => {
  const app = await start(['log', 'block'])
  expect((await app.get('/stored?stored=good')).text).toBe('a note')
  expect(isRefused(await app.get('/stored?stored=EVIL'))).toBe(true)
  expect(app.spooled()[0]?.input).toMatchObject({ source: 'message', path: 'row.body[1]', value: 'EVIL' })
})

describe('block_ip', () => {
  test('refuses the address from then on, and no other', async () => {
    const app = await start(['log', 'block', 'block_ip'])
    expect((await app.get('/', from('203.0.113.7'))).text).toBe('ok')
    expect(isRefused(await app.get('/check?v=EVIL', from('203.0.113.7')))).toBe(true)
    expect(isRefused(await app.get('/', from('203.0.113.7')))).toBe(true)
    expect((await app.get('/', from('203.0.113.8'))).text).toBe('ok')
    expect(app.spooled()[0]?.outcome.actions).toEqual(['log', 'block_ip', 'block'])
    expect((await app.ask()).status).toMatchObject({ blocked: { addresses: 1, sessions: 0 }, counters: { refused: 1 } })
  })

  test('an IPv6 client is its network', async () => {
    const app = await start('block_ip')
    await app.get('/check?v=EVIL', from('2001:db8:1:2::7'))
    expect(isRefused(await app.get('/', from('2001:db8:1:2:ffff::1')))).toBe(true)
    expect((await app.get('/', from('2001:db8:1:3::7'))).text).toBe('ok')
  })

  test('ends when its time is over', async () => {
    const app = await start('block_ip', { firewall: { blockSeconds: 1 } })
    await app.get('/check?v=EVIL', from('203.0.113.7'))
    expect(isRefused(await app.get('/', from('203.0.113.7')))).toBe(true)
    await until(async () => (await app.get('/', from('203.0.113.7'))).text === 'ok')
  })

  test('never blocks the machine itself, a proxy, or who is on the allow-list, and says so', async () => {
    const app = await start('block_ip', {
      trustedProxies: ['loopback', '10.0.0.0/8'],
      firewall: { allow: ['198.51.100.0/24'] },
    })
    for (const ip of ['127.0.0.1', '10.1.2.3', '198.51.100.9']) {
      await app.get(`/check?v=EVIL-${ip}`, from(ip))
      expect((await app.get('/', from(ip))).text, ip).toBe('ok')
    }
    expect(app.spooled().map(({ metadata }) => metadata['notDone'])).toMatchObject([
      [{ action: 'block_ip', why: 'the machine itself is never blocked' }],
      [{ action: 'block_ip', why: 'a trusted proxy is never blocked' }],
      [{ action: 'block_ip', why: 'the address is on the allow-list' }],
    ])
  })

  test('a header from a stranger names nobody', async () => {
    const app = await start('block_ip', { trustedProxies: [] })
    await app.get('/check?v=EVIL', from('203.0.113.7'))
    expect((await app.get('/', from('203.0.113.7'))).text).toBe('ok')
  })
})

describe('block_session', () => {
  const cookie = (id: string): Record<string, string> => ({ cookie: `theme=dark; connect.sid=s%3A${id}.signature` })

  test('refuses the session from any address, clears its cookie, and leaves others alone', async () => {
    const app = await start(['block', 'block_session'])
    await app.get('/check?v=EVIL', from('203.0.113.7', cookie('maya-session')))
    const refused = await app.get('/', from('203.0.113.9', cookie('maya-session')))
    expect(isRefused(refused)).toBe(true)
    expect(refused.headers['set-cookie']).toEqual(['connect.sid=; Path=/; Max-Age=0'])
    expect((await app.get('/', from('203.0.113.7', cookie('noah-session')))).text).toBe('ok')
    expect((await app.get('/', from('203.0.113.7'))).text).toBe('ok')
    const [incident] = app.spooled()
    expect(incident?.request?.sessionHash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(incident)).not.toContain('maya-session')
  })

  test('knows bearer tokens, and sessions that the app names', async () => {
    const app = await start('block_session')
    await app.get('/check?v=EVIL', { authorization: 'Bearer token-of-maya' })
    expect(isRefused(await app.get('/', { authorization: 'Bearer token-of-maya' }))).toBe(true)
    await app.get('/check?v=EVIL-2', { 'x-user': 'noah' })
    expect(isRefused(await app.get('/check?v=good', { 'x-user': 'noah' }))).toBe(true)
    expect((await app.get('/check?v=good', { 'x-user': 'lena' })).text).toBe('passed')
  })

  test('of a client without a session nothing is blocked, and that is said', async () => {
    const app = await start(['log', 'block_session'])
    await app.get('/check?v=EVIL')
    expect(app.spooled()[0]).toMatchObject({
      outcome: { actions: ['log'] },
      metadata: { notDone: [{ action: 'block_session', why: 'the request names no session' }] },
    })
  })
})

interface Told {
  readonly by: string
  readonly threat: Record<string, unknown>
  readonly tools?: readonly string[]
}

const toldBy = async (app: Sample): Promise<Told[]> => JSON.parse((await app.get('/told')).text) as Told[]

describe('custom', () => {
  test('a handler by its name gets the whole threat and its tools, and nobody waits for it', async () => {
    const app = await start(['TELL', 'block'])
    const answer = await app.get('/check?v=EVIL', from('203.0.113.7', { 'user-agent': 'a test' }))
    expect(isRefused(answer)).toBe(true)
    const [told] = await until(async () => {
      const all = await toldBy(app)
      return all.length > 0 && all
    })
    expect(told).toMatchObject({
      by: 'tell',
      tools: ['block', 'blockIp', 'blockSession', 'log', 'signal'],
      threat: {
        incidentId: answer.headers['riposte-reference'],
        protection: 'OwnProtection',
        severity: 'high',
        confidence: 0.9,
        description: 'It is evil.',
        evidence: { source: 'query', path: 'v', value: 'EVIL' },
        operation: { kind: 'prompt', text: 'EVIL' },
        request: { method: 'GET', path: '/check', ip: '203.0.113.7', userAgent: 'a test' },
        metadata: { custom: ['custom:TELL'] },
      },
    })
    expect(app.spooled()[0]?.outcome.actions).toEqual(['custom', 'block'])
  })

  test('"custom" alone runs the one registered as default', async () => {
    const app = await start('custom')
    expect((await app.get('/check?v=EVIL')).text).toBe('passed')
    expect(await toldBy(app)).toMatchObject([{ by: 'default' }])
  })

  test('a handler may block the address and the session', async () => {
    const app = await start('bans')
    await app.get('/check?v=EVIL', from('203.0.113.7'))
    expect(isRefused(await app.get('/', from('203.0.113.7')))).toBe(true)
  })

  test.each(['broken', 'rejecting', 'endless'])('one that is %s harms nobody and is logged', async (name) => {
    const app = await start(name)
    expect((await app.get('/check?v=EVIL')).text).toBe('passed')
    await until(() => app.output().includes(`the custom action "${name}"`))
    expect((await app.get('/check?v=good')).text).toBe('passed')
  })

  test('a name that nobody registered logs instead, and that is said at start and in the status', async () => {
    const app = await start('nobody')
    expect((await app.get('/check?v=EVIL')).text).toBe('passed')
    expect(app.spooled()[0]).toMatchObject({
      outcome: { actions: ['log'] },
      metadata: { notDone: [{ action: 'custom:nobody', why: 'no action is registered as "nobody"' }] },
    })
    await until(() => app.output().includes('no custom action is registered as "nobody"'))
    expect((await app.ask()).status.issues).toMatchObject([{ level: 'warning', path: 'OwnProtection (file)' }])
  })

  test('one that decides holds the operation until it has', async () => {
    const app = await start('judge')
    for (const route of ['/file', '/callback']) {
      expect((await app.get(`${route}?v=EVIL-fine`)).text, route).toBe('a note')
      expect(isRefused(await app.get(`${route}?v=EVIL-bad`)), route).toBe(true)
    }
  })

  test('one that decides too late leaves it to what was said for that case; who cannot wait gets it at once', async () => {
    const late = await start('late judge')
    expect((await late.get('/file?v=EVIL')).text).toBe('a note')
    expect((await late.get('/check?v=EVIL')).text).toBe('passed')
    const judge = await start('judge')
    expect(isRefused(await judge.get('/check?v=EVIL-fine'))).toBe(true)
  })
})

describe('close', () => {
  test('ends the process at once, past every exit handler, with the incident on the disk', async () => {
    const app = await start(['log', 'close'])
    await expect(app.get('/check?v=EVIL')).rejects.toThrow()
    expect(await app.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(existsSync(path.join(app.folder, 'exit-handler-ran'))).toBe(false)
    expect(app.spooled()).toMatchObject([{ outcome: { actions: ['log', 'close'] } }])
  })

  test('a handler beside it has a quarter of a second and not more', async () => {
    const app = await start(['tell', 'endless', 'close'])
    const started = Date.now()
    expect(isRefused(await app.get('/check?v=EVIL'))).toBe(true)
    expect(await app.ended).toMatchObject({ signal: 'SIGKILL' })
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  test('what it leaves is sent by a process of its own, without another start', async () => {
    const plane = await startFakeControlPlane()
    const app = await start(['log', 'close'], { controlPlane: plane.url, projectToken: plane.projectToken })
    await expect(app.get('/check?v=EVIL')).rejects.toThrow()
    await app.ended
    await until(() => plane.incidents().some(({ protection }) => protection === 'OwnProtection'))
    await plane.stop()
  })
})

describe('erase', () => {
  const layout = (): { folder: string; vault: string } => {
    const folder = mkdtempSync(path.join(tmpdir(), 'riposte-erase-'))
    const vault = path.join(folder, 'vault')
    mkdirSync(path.join(vault, 'keys'), { recursive: true })
    mkdirSync(path.join(folder, 'elsewhere'))
    writeFileSync(path.join(vault, 'keys', 'one.pem'), 'a key')
    writeFileSync(path.join(vault, 'token'), 'a token')
    writeFileSync(path.join(folder, 'elsewhere', 'kept'), 'kept')
    symlinkSync(path.join(folder, 'elsewhere'), path.join(vault, 'link'))
    return { folder, vault }
  }

  test('zeroes secrets, erases what it may, follows no link, leaves the rest, and closes', async () => {
    const { folder, vault } = layout()
    const app = await start(
      'erase',
      {
        erase: {
          roots: ['vault'].map((name) => path.join(folder, name)),
          paths: [
            ...['keys', 'token', 'link'].map((name) => path.join(vault, name)),
            path.join(vault, 'link', 'kept'),
            path.join(folder, 'elsewhere'),
            path.join(vault, '..', 'elsewhere'),
            '/',
            vault,
          ],
        },
      },
      folder,
    )
    expect(isRefused(await app.get('/check?v=EVIL'))).toBe(true)
    expect(await app.ended).toMatchObject({ signal: 'SIGKILL' })
    for (const name of ['keys', 'token', 'link']) expect(existsSync(path.join(vault, name)), name).toBe(false)
    expect(readFileSync(path.join(folder, 'elsewhere', 'kept'), 'utf8')).toBe('kept')
    expect(readFileSync(path.join(folder, 'eraser-ran')).every((byte) => byte === 0)).toBe(true)
    expect(app.spooled()[0]?.outcome.actions).toEqual(['erase'])
    expect(app.output()).toContain('lies below none of erase.roots')
    expect(app.output()).toContain('"failed":0')
    expect(existsSync(path.join(folder, 'data', 'erase.journal.json'))).toBe(false)
  })

  test('one that was interrupted is finished at the next start, within the roots of that start', async () => {
    const { folder, vault } = layout()
    mkdirSync(path.join(folder, 'data'))
    const targets = [path.join(vault, 'token'), path.join(folder, 'elsewhere', 'kept')]
    writeFileSync(path.join(folder, 'data', 'erase.journal.json'), JSON.stringify({ begunAt: 'before', targets }))
    const app = await start('log', { erase: { roots: [vault], paths: [] } }, folder)
    expect(existsSync(path.join(vault, 'token'))).toBe(false)
    expect(existsSync(path.join(folder, 'elsewhere', 'kept'))).toBe(true)
    expect(app.output()).toContain('an erase that was interrupted has been finished')
    rmSync(folder, { recursive: true, force: true })
  })
})

test('the configuration of the guide loads unchanged, and each entry does what it says', async () => {
  const app = await startSample({
    file: 'actions.cjs',
    config: {
      protections: {
        SqlInjection: { enabled: true, action: 'block' },
        DebuggerDetection: { enabled: true, action: 'close' },
        VirtualMachineDetection: { enabled: true, action: 'log' },
      },
    },
  })
  running.push(app)
  const { status, explain } = await app.ask()
  expect(status.issues.filter(({ level }) => level === 'error')).toEqual([])
  expect(status.issues.map(({ message }) => message)).toEqual([
    'DebuggerDetection is not in this version; it judges nothing yet',
    'VirtualMachineDetection is not in this version; it judges nothing yet',
  ])
  expect(explain.find(({ protection }) => protection === 'SqlInjection')).toMatchObject({
    enabled: true,
    actions: ['block'],
    source: 'file',
  })
})

test('the preset shadow records everything and stops nothing', async () => {
  const app = await startSample({ file: 'actions.cjs', config: { preset: 'shadow' } })
  running.push(app)
  expect((await app.get('/check?v=EVIL')).text).toBe('passed')
  expect(readSpool(path.join(app.folder, 'data'))).toMatchObject([
    { outcome: { actions: ['none'], wouldHave: ['log'] } },
  ])
})
