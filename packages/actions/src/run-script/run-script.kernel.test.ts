import { canonicalJson, preAuthEncoding, scriptSignaturePayloadType } from '@riposte/contract'
import { createHash, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ActionFailure, type Evidence, type Job } from '../executor.ts'
import { realHost } from '../testing/real-host.ts'
import { linux } from './linux.ts'

const keys = generateKeyPairSync('ed25519')
let stateDir: string
beforeAll(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'riposte-script-'))
})
afterAll(() => rmSync(stateDir, { recursive: true, force: true }))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
interface Wish {
  readonly interpreter?: string
  readonly postCheck?: string
  readonly arguments?: string[]
  readonly timeoutS?: number
  readonly approver?: string
  readonly signal?: AbortSignal
  /** Changes what is signed, or what is handed over. */
  readonly statement?: Record<string, unknown>
  readonly context?: Record<string, unknown>
}
interface Made {
  job: Job<Parameters<typeof linux.execute>[0]['parameters']>
  shown: string[]
  notes: Evidence[]
}

function make(content: string, wish: Wish = {}): Made {
  const scriptId = randomUUID()
  const statement = (act: string, memberId: string): unknown => {
    const payload = Buffer.from(
      canonicalJson({
        scriptId,
        version: 1,
        sha256: sha256(content),
        postCheckSha256: wish.postCheck === undefined ? null : sha256(wish.postCheck),
        interpreter: wish.interpreter ?? 'bash',
        destructive: false,
        act,
        memberId,
        at: new Date().toISOString(),
        ...wish.statement,
      }),
    )
    const sig = sign(null, preAuthEncoding(scriptSignaturePayloadType, payload), keys.privateKey).toString('base64')
    return {
      payloadType: scriptSignaturePayloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: '', sig }],
    }
  }
  const shown: string[] = []
  const notes: Evidence[] = []
  const host = realHost({ stateDir })
  return {
    shown,
    notes,
    job: {
      actionId: randomUUID(),
      parameters: {
        scriptId,
        version: 1,
        arguments: wish.arguments ?? [],
        timeoutS: wish.timeoutS ?? 20,
        connector: 'agent',
      },
      context: {
        content,
        sha256: sha256(content),
        postCheck: wish.postCheck ?? null,
        interpreter: wish.interpreter ?? 'bash',
        signatures: [statement('authored', 'ann'), statement('approved', wish.approver ?? 'ben')],
        ...wish.context,
      },
      host: {
        ...host,
        controlPlane: {
          ...host.controlPlane,
          readSigned: (envelope, payloadType) => {
            const { payload, signatures } = envelope as { payload: string; signatures: { sig: string }[] }
            const bytes = Buffer.from(payload, 'base64')
            const sig = Buffer.from(signatures[0]?.sig ?? '', 'base64')
            const publicKey = createPublicKey(keys.publicKey.export({ type: 'spki', format: 'pem' }))
            if (!verify(null, preAuthEncoding(payloadType, bytes), publicKey, sig)) throw new Error('not ours')
            return JSON.parse(bytes.toString()) as unknown
          },
        },
      },
      signal: wish.signal ?? new AbortController().signal,
      note: (note) => {
        notes.push(note)
        return Promise.resolve()
      },
      output: (_, text) => shown.push(text),
    },
  }
}
const failure = async (made: Made): Promise<ActionFailure> => {
  const error: unknown = await linux.execute(made.job).then(
    () => new Error('it ended well'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ActionFailure) return error
  throw error
}
const alive = (mark: string): number =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
    } catch {
      return false
    }
  }).length

test('a script runs with its arguments as they are, tells its output as it comes, and leaves no file', async () => {
  const made = make('printf "%s|" "$@"; echo oops >&2', { arguments: ['a b', '$(id)', '; id', '', 'é\n"'] })
  const evidence = await linux.execute(made.job)
  expect(evidence).toMatchObject({ exitCode: 0, stdout: 'a b|$(id)|; id||é\n"|', stderr: 'oops\n', leftoversEnded: 0 })
  expect(made.shown.join('')).toContain('$(id)')
  expect(existsSync(path.join(stateDir, 'scripts', made.job.actionId))).toBe(false)
})

test('a script without a first line, and one of python, run by what was chosen', async () => {
  expect(await linux.execute(make('echo $0 | grep -c script', { interpreter: 'sh' }).job)).toMatchObject({
    stdout: '1\n',
  })
  expect(
    await linux.execute(make('import sys\nprint(sys.version_info[0])', { interpreter: 'python3' }).job),
  ).toMatchObject({ stdout: '3\n' })
})

test('a failing script fails with its code and its output', async () => {
  const failed = await failure(make('echo what it said; exit 3'))
  expect(failed.reason).toBe('execution_error')
  expect(failed.message).toMatch(/code 3/)
  expect(failed.evidence).toMatchObject({ exitCode: 3, stdout: 'what it said\n' })
})

test('at the time limit the whole group ends, and what had left the group too', async () => {
  const made = make('setsid sleep 300 & (trap "" TERM; sleep 300) & sleep 300', { timeoutS: 1 })
  const failed = await failure(made)
  expect(failed.reason).toBe('timed_out')
  expect(alive(made.job.actionId)).toBe(0)
})

test('a fork that outlives the script is ended and counted', async () => {
  const made = make('setsid sleep 300 >/dev/null 2>&1 & disown; sleep 0.1; echo started')
  expect(await linux.execute(made.job)).toMatchObject({ exitCode: 0, leftoversEnded: 1 })
  expect(alive(made.job.actionId)).toBe(0)
})

test('endless output costs no memory: a part is shown, all is counted', async () => {
  const made = make('head -c 30000000 /dev/zero | tr "\\0" x')
  const evidence = await linux.execute(made.job)
  expect(evidence['stdoutBytes']).toBe(30_000_000)
  expect(made.shown.join('').length).toBeLessThan(1_300_000)
  expect(evidence['stdout']).toHaveLength(16 * 1024)
})

test('too much memory is refused to the script by the kernel', async () => {
  const failed = await failure(make('x = bytearray(3 * 1024**3)', { interpreter: 'python3' }))
  expect(failed.evidence['stderr']).toMatch(/MemoryError/)
})

test('on request it ends early', async () => {
  const stop = new AbortController()
  const made = make('echo up; sleep 300', { signal: stop.signal })
  const ended = failure(made)
  await expect.poll(() => made.shown.join('')).toContain('up')
  stop.abort()
  expect((await ended).evidence).toMatchObject({ endedBy: 'request' })
  expect(alive(made.job.actionId)).toBe(0)
})

test.each([
  ['changed content', { context: { content: 'echo other' } }],
  ['content and hash changed alike', { context: { content: 'echo other', sha256: sha256('echo other') } }],
  ['an approval by its author', { approver: 'ann' }],
  ['one signature', { context: { signatures: [] } }],
  ['signatures of another version', { statement: { version: 2 } }],
  ['another post-check', { context: { postCheck: 'exit 0' } }],
  ['another interpreter', { context: { interpreter: 'sh' } }],
  ['no script', { context: { content: '' } }],
])('%s is refused before anything runs', async (_, wish) => {
  const made = make('echo ran', wish)
  expect((await failure(made)).reason).toBe('signature_refused')
  expect(made.shown).toEqual([])
  expect(made.notes).toEqual([])
})

test('the post-check is the verification', async () => {
  const verdict = async (postCheck?: string): Promise<string> =>
    (await linux.verify(make('true', postCheck === undefined ? {} : { postCheck }).job, {})).result
  expect(await verdict('exit 0')).toBe('passed')
  expect(await verdict('exit 1')).toBe('failed')
  expect(await verdict()).toBe('inconclusive')
})

test('after a crash it is never run again, and what it left is ended', async () => {
  const made = make('true')
  expect((await linux.reconcile(made.job, [])).state).toBe('not_applied')
  expect((await linux.reconcile(made.job, [{ step: 'starting' }])).state).toBe('unknown')
  const evidence = { exitCode: 0 }
  expect(await linux.reconcile(made.job, [{ step: 'starting' }, { step: 'ended', evidence }])).toEqual({
    state: 'applied',
    evidence,
  })
  expect(
    (await linux.reconcile(made.job, [{ step: 'starting' }, { step: 'ended', evidence: { exitCode: 2 } }])).state,
  ).toBe('unknown')
})
