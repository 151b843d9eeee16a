import { findSpec } from '@riposte/actions/specs'
import { Refusal } from '../../platform/http/refusal.ts'
import type { ResponseParts } from './parts.ts'
import type { ResponseSettings } from './response-policy.ts'
import type { Target } from './target-policy.ts'

type Parameters = Record<string, unknown>

/**
 * A process number alone may belong to another program by the time that an agent looks. With one device that is online, the host is
 * asked who has it now and what it is called; else the number stays bare, which is said.
 */
export async function pinProcess(
  parts: ResponseParts,
  type: string,
  given: Parameters,
  targets: readonly Target[],
  settings: ResponseSettings,
): Promise<{ parameters: Parameters; note: string | null }> {
  if (type !== 'kill_process') return { parameters: given, note: null }
  // Who asks does not choose what those who consent read.
  const parameters: Parameters = { ...given, program: null }
  const seen = parameters['identity'] as { readonly startTime?: unknown } | null
  const unpinned = (why: string) => ({
    parameters,
    note: seen
      ? null
      : `The process is known by its number only, since ${why}: whatever has that number when the agent looks will be ended.`,
  })
  const [target] = targets
  if (target?.kind !== 'device' || targets.length !== 1) return unpinned('there are several devices')
  if (target.state !== 'active') return { parameters, note: null }
  const pid = parameters['pid']
  let rows: readonly Record<string, unknown>[]
  try {
    rows = (await parts.live.ask(target.id, 'processes')).rows
  } catch (error) {
    if (error instanceof Refusal) return unpinned(`${target.name} does not answer now`)
    throw error
  }
  const row = rows.find((row) => row['pid'] === pid)
  if (!row && seen) return { parameters, note: null }
  if (!row)
    throw new Refusal('response.target_refused', `There is no process ${String(pid)} on ${target.name}`, {
      errors: [{ path: 'parameters.pid', message: 'no such process', given: String(pid) }],
    })
  const name = nameOf(row, parameters['pid'], settings)
  const program = readableName(name)
  if (seen) {
    const now = row['identity'] as { readonly startTime?: unknown } | null | undefined
    return { parameters: { ...parameters, program: now?.startTime === seen.startTime ? program : null }, note: null }
  }
  const { bootId, startTime, exeSha256 } = { ...row, ...(row['identity'] as object | undefined) }
  const identity = { bootId: bootId ?? target.facts?.bootId, startTime, exeSha256: exeSha256 ?? null }
  // What a host says is as good as the host: only what an identity may be goes into what people consent to.
  const pinned = findSpec(type)?.parameters.safeParse({ ...parameters, identity, program })
  return pinned?.success ? { parameters: pinned.data, note: null } : unpinned('the host did not say when it began')
}

/** @throws Refusal for a process that nobody may end */
function nameOf(row: Readonly<Record<string, unknown>>, pid: unknown, settings: ResponseSettings): string {
  const name = typeof row['name'] === 'string' ? row['name'] : ''
  const guarded = typeof row['protected'] === 'string' ? row['protected'] : null
  if (guarded !== null || settings.protectedProcesses.includes(name))
    throw new Refusal('response.target_refused', guarded ?? `${name} is on the list of processes that nobody ends`, {
      errors: [{ path: 'parameters.pid', message: 'protected', given: String(pid) }],
    })
  return name
}

/** A name as far as it can be shown in a sentence: a program may call itself anything. */
const readableName = (name: string): string | null => (/^[\w.@:+/-][\w .@:+/-]{0,63}$/.test(name) ? name : null)
