import { rmSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor } from '../executor.ts'
import { readScriptContext } from './script-context.ts'
import type { runScript } from './spec.ts'

/** Held by recorded command contracts; it has not run on a real Windows. */
export const windows: Executor<z.output<(typeof runScript)['parameters']>> = {
  unavailable: () => Promise.resolve(null),
  execute: async (job) => {
    const script = readScriptContext(job.context, job.parameters, job.host.controlPlane)
    if (script.interpreter !== 'powershell')
      throw new ActionFailure('unsupported', `Windows runs PowerShell scripts; this one is for ${script.interpreter}.`)
    const folder = path.join(job.host.stateDir, 'scripts', job.actionId)
    mkdirSync(folder, { recursive: true })
    const file = path.join(folder, 'script.ps1')
    // Without the mark, PowerShell 5 reads the file in the code page of the machine.
    writeFileSync(file, `\uFEFF${script.content}`)
    await job.note({ step: 'starting' })
    try {
      const result = await job.host.run(
        'powershell.exe',
        [
          '-NoLogo',
          '-NoProfile',
          '-NonInteractive',
          '-ExecutionPolicy',
          'Bypass',
          '-File',
          file,
          ...job.parameters.arguments,
        ],
        { timeoutMs: job.parameters.timeoutS * 1_000, maxOutput: 1024 * 1024, signal: job.signal },
      )
      const evidence: Evidence = {
        exitCode: result.code,
        stdout: result.stdout.slice(-16_384),
        stderr: result.stderr.slice(-16_384),
        sha256: script.sha256,
      }
      await job.note({ step: 'ended', evidence })
      if (result.timedOut)
        throw new ActionFailure('timed_out', `It ran longer than ${job.parameters.timeoutS} s and was ended.`, evidence)
      if (result.code !== 0)
        throw new ActionFailure('execution_error', `It ended with ${result.code ?? 'a signal'}.`, evidence)
      return evidence
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  verify: () =>
    Promise.resolve({ result: 'inconclusive', detail: 'Post-checks are not run on Windows yet.', evidence: {} }),
  reconcile: (_job, notes) => {
    const evidence = notes.find((note) => note['step'] === 'ended')?.['evidence'] as Evidence | undefined
    if (notes.length === 0) return Promise.resolve({ state: 'not_applied', detail: 'The script had not been started.' })
    return Promise.resolve(
      evidence?.['exitCode'] === 0
        ? { state: 'applied', evidence }
        : { state: 'unknown', detail: 'The agent died while the script ran. It is not run again.' },
    )
  },
}
