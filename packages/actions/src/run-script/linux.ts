import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { endMarked, runContained, type ContainedEnd } from './contained-process.ts'
import { readScriptContext, type ScriptContext } from './script-context.ts'
import type { runScript } from './spec.ts'

type Parameters = z.output<(typeof runScript)['parameters']>

/** The only programs that are ever handed a script, by their places. */
const interpreters: Record<ScriptContext['interpreter'], readonly string[]> = {
  bash: ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'],
  sh: ['/bin/sh', '/usr/bin/sh'],
  python3: ['/usr/bin/python3', '/usr/local/bin/python3'],
  powershell: ['/usr/bin/pwsh', '/opt/microsoft/powershell/7/pwsh'],
}
const postCheckMs = 30_000

export const linux: Executor<Parameters> = {
  unavailable: () =>
    Promise.resolve(interpreters.sh.some((file) => existsSync(file)) ? null : 'There is no shell on this host.'),
  execute: async (job) => {
    const script = readScriptContext(job.context, job.parameters, job.host.controlPlane)
    const file = interpreterOf(script)
    await job.note({ step: 'starting' })
    const begun = job.host.now()
    const end = await withFile(job, script.content, (scriptFile) =>
      runContained({
        mark: job.actionId,
        file,
        args: [scriptFile, ...job.parameters.arguments],
        cwd: path.dirname(scriptFile),
        timeoutMs: job.parameters.timeoutS * 1_000,
        signal: job.signal,
        output: (stream, text) => job.output(stream, text),
      }),
    )
    const evidence = { ...describe(end), interpreter: file, sha256: script.sha256, durationMs: job.host.now() - begun }
    await job.note({ step: 'ended', evidence })
    if (end.endedBy === 'time_limit')
      throw new ActionFailure(
        'timed_out',
        `It ran longer than ${job.parameters.timeoutS} s and was ended with everything that it had started.`,
        evidence,
      )
    if (end.endedBy === 'request')
      throw new ActionFailure(
        'execution_error',
        'It was ended on request, with everything that it had started.',
        evidence,
      )
    if (end.code !== 0)
      throw new ActionFailure(
        'execution_error',
        end.code === null ? `It was ended by ${end.signal ?? 'a signal'}.` : `It ended with code ${end.code}.`,
        evidence,
      )
    return evidence
  },
  verify: async (job) => {
    const script = readScriptContext(job.context, job.parameters, job.host.controlPlane)
    if (script.postCheck === null)
      return { result: 'inconclusive', detail: 'The script has no post-check.', evidence: {} }
    const end = await withFile(job, script.postCheck, (file) =>
      runContained({
        mark: `${job.actionId}-check`,
        file: interpreterOf(script),
        args: [file, ...job.parameters.arguments],
        cwd: path.dirname(file),
        timeoutMs: postCheckMs,
        signal: job.signal,
        output: () => undefined,
      }),
    )
    const passed = end.code === 0 && end.endedBy === 'itself'
    const how =
      end.endedBy === 'time_limit' ? 'did not end in time' : `ended with ${end.code ?? end.signal ?? 'a signal'}`
    return {
      result: passed ? 'passed' : 'failed',
      detail: passed ? 'The post-check ended with 0.' : `The post-check ${how}.`,
      evidence: describe(end),
    }
  },
  reconcile: async (job, notes) => {
    if (!notes.some((note) => note['step'] === 'starting'))
      return { state: 'not_applied', detail: 'The script had not been started.' }
    const ended = notes.find((note) => note['step'] === 'ended')
    const evidence = ended?.['evidence'] as Evidence | undefined
    if (evidence?.['exitCode'] === 0) return { state: 'applied', evidence }
    if (evidence)
      return {
        state: 'unknown',
        detail: `The script ended with ${JSON.stringify(evidence['exitCode'])}; the agent died before it could tell.`,
      }
    const left = await endMarked(job.actionId)
    return {
      state: 'unknown',
      detail: `The agent died while the script ran; ${left === 0 ? 'none of its processes was left' : `${left} of its processes were ended`}. It is not run again.`,
    }
  },
}

function interpreterOf(script: ScriptContext): string {
  const file = interpreters[script.interpreter].find((place) => existsSync(place))
  if (file === undefined)
    throw new ActionFailure(
      'unsupported',
      `There is no ${script.interpreter} on this host; looked in ${interpreters[script.interpreter].join(', ')}.`,
    )
  return file
}

/** The bytes in a file for the agent's eyes, for as long as it is needed. */
async function withFile<T>(job: Job<Parameters>, content: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = path.join(job.host.stateDir, 'scripts', job.actionId)
  rmSync(folder, { recursive: true, force: true })
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = path.join(folder, 'script')
    writeFileSync(file, content, { mode: 0o600 })
    return await use(file)
  } catch (error) {
    if (error instanceof ActionFailure || !(error instanceof Error)) throw error
    throw new ActionFailure('execution_error', `It could not be started: ${error.message}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const describe = (end: ContainedEnd): Evidence => ({
  exitCode: end.code,
  signal: end.signal,
  endedBy: end.endedBy,
  stdout: end.stdout.tail,
  stdoutBytes: end.stdout.bytes,
  stderr: end.stderr.tail,
  stderrBytes: end.stderr.bytes,
  leftoversEnded: end.leftovers,
  limits: end.limits,
})
