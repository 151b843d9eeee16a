import { scriptSignaturePayloadType } from '@riposte/contract'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Evidence, Job } from '../executor.ts'
import type { RunResult } from '../host.ts'
import { realHost } from '../testing/real-host.ts'
import { runScript } from './spec.ts'
import { windows } from './windows.ts'

const scriptId = '0190a1b2-c3d4-7e5f-8a9b-000000000001'
const content = "Write-Output 'grün'\n"
const sha256 = createHash('sha256').update(content).digest('hex')
const odd = ['plain', '; calc.exe', '$(calc)', '"quoted"']
const parameters = runScript.parameters.parse({ scriptId, version: 3, arguments: odd, timeoutS: 30 })

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'riposte-script-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

/** Signatures stand as what they say: whose they are is decided by the control plane's keys, which are not the matter here. */
const statement = (act: string, memberId: string, more: Record<string, unknown> = {}) => ({
  ...{ act, memberId, scriptId, version: 3, sha256, interpreter: 'powershell', postCheckSha256: null },
  ...{ destructive: false, at: '2026-11-21T10:00:00.000Z' },
  ...more,
})

const recorded = (answer: Partial<RunResult>, context: Record<string, unknown> = {}) => {
  const seen: { file: string; args: readonly string[]; timeoutMs: number | undefined; bytes: Buffer }[] = []
  const notes: Evidence[] = []
  const real = realHost({ stateDir })
  const job: Job<typeof parameters> = {
    actionId: 'a1',
    parameters,
    context: {
      ...{ content, sha256, postCheck: null, interpreter: 'powershell' },
      signatures: [
        statement('authored', '0190a1b2-c3d4-7e5f-8a9b-00000000000a'),
        statement('approved', '0190a1b2-c3d4-7e5f-8a9b-00000000000b'),
      ],
      ...context,
    },
    host: {
      ...real,
      platform: 'windows',
      controlPlane: {
        ...real.controlPlane,
        readSigned: (envelope, type) => {
          expect(type).toBe(scriptSignaturePayloadType)
          return envelope
        },
      },
      run: (file, args, options) => {
        const script = args[args.indexOf('-File') + 1] ?? ''
        seen.push({ file, args, timeoutMs: options?.timeoutMs, bytes: readFileSync(script) })
        return Promise.resolve({ code: 0, stdout: 'out', stderr: '', timedOut: false, ...answer })
      },
    },
    signal: new AbortController().signal,
    note: (note) => {
      notes.push(note)
      return Promise.resolve()
    },
    output: () => undefined,
  }
  return { job, seen, notes }
}

test('runs the signed bytes from a file, each argument by itself, and leaves no file behind', async () => {
  const { job, seen, notes } = recorded({})
  expect(await windows.execute(job)).toMatchObject({ exitCode: 0, stdout: 'out', sha256 })
  const [run] = seen
  expect(run?.file).toBe('powershell.exe')
  expect(run?.args.slice(0, 6)).toEqual([
    ...['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'],
  ])
  expect(run?.args.slice(7)).toEqual(odd)
  expect(run?.timeoutMs).toBe(30_000)
  // The mark by which PowerShell 5 knows the encoding, then the bytes that were signed.
  expect(run?.bytes).toEqual(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(content)]))
  expect(existsSync(path.join(stateDir, 'scripts', 'a1'))).toBe(false)
  expect(notes.map((note) => note['step'])).toEqual(['starting', 'ended'])
})

test.each([
  [{ code: 3 }, 'execution_error'],
  [{ code: null }, 'execution_error'],
  [{ code: null, timedOut: true }, 'timed_out'],
])('%j is %s, told with what it printed, and the file is gone', async (answer, reason) => {
  const { job } = recorded(answer)
  await expect(windows.execute(job)).rejects.toMatchObject({ reason, evidence: { stdout: 'out', sha256 } })
  expect(existsSync(path.join(stateDir, 'scripts', 'a1'))).toBe(false)
})

test.each([
  ['changed bytes', 'its hash names', { content: `${content} ` }],
  ['no signature', 'an author and of an approver', { signatures: [] }],
  [
    'an author who approved',
    'somebody else',
    { signatures: ['authored', 'approved'].map((act) => statement(act, scriptId)) },
  ],
])('%s: nothing is started', async (_, message, context) => {
  const { job, seen, notes } = recorded({}, context)
  await expect(windows.execute(job)).rejects.toMatchObject({
    reason: 'signature_refused',
    message: expect.stringContaining(message) as string,
  })
  expect([...seen, ...notes]).toEqual([])
})

test('after a crash it is never run again', async () => {
  const { job, seen } = recorded({})
  expect(await windows.reconcile(job, [])).toMatchObject({ state: 'not_applied' })
  expect(await windows.reconcile(job, [{ step: 'starting' }])).toMatchObject({ state: 'unknown' })
  const ended = (exitCode: number) => [{ step: 'starting' }, { step: 'ended', evidence: { exitCode } }]
  expect(await windows.reconcile(job, ended(0))).toMatchObject({ state: 'applied' })
  expect(await windows.reconcile(job, ended(1))).toMatchObject({ state: 'unknown' })
  expect(seen).toEqual([])
})
