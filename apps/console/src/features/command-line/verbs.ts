import type { ResponseActionInfo } from '@riposte/contract'
import { readFields, type Field } from '../../schema-form/fields.ts'

export interface Script {
  readonly id: string
  readonly name: string
  /** The version that may run. */
  readonly runnable: number | null
}
/** What the server knows: actions with their forms, and the script library. */
export interface Vocabulary {
  readonly actions: readonly ResponseActionInfo[]
  readonly scripts: readonly Script[]
}

/** Short words, and which parameters stand without a flag where it is not simply the required ones. */
const known: Readonly<Record<string, { readonly verb: string; readonly positional?: readonly string[] }>> = {
  isolate_device: { verb: 'isolate' },
  unisolate_device: { verb: 'unisolate' },
  kill_process: { verb: 'kill' },
  quarantine_file: { verb: 'quarantine' },
  restore_file: { verb: 'restore' },
  block_ip: { verb: 'block' },
  unblock_ip: { verb: 'unblock' },
  reset_user_session: { verb: 'reset-session', positional: ['user', 'session'] },
  force_password_reset: { verb: 'reset-password', positional: ['user'] },
  collect_forensics: { verb: 'forensics' },
  run_script: { verb: 'run', positional: ['scriptId', 'arguments'] },
}

export interface BuiltIn {
  readonly verb: string
  readonly usage: string
  readonly summary: string
}
export const builtIns = [
  { verb: 'devices', usage: 'devices [filter]', summary: 'Devices that match, such as: devices online:yes group:web' },
  { verb: 'approvals', usage: 'approvals', summary: 'What waits for approval' },
  { verb: 'approve', usage: 'approve ID', summary: 'Shows a request; typed with its digest, consents to exactly that' },
  { verb: 'reject', usage: 'reject ID --reason "…"', summary: 'Refuses a request' },
  { verb: 'status', usage: 'status ID', summary: 'The live state of a response' },
  { verb: 'help', usage: 'help [verb]', summary: 'All verbs, or one with its flags' },
  { verb: 'clear', usage: 'clear', summary: 'Empties this page' },
] as const satisfies readonly BuiltIn[]

export interface Verb {
  readonly verb: string
  readonly action: ResponseActionInfo
  readonly fields: readonly Field[]
  /** Names of parameters that need no flag, in order. */
  readonly positional: readonly string[]
}

/** Verbs of the actions that the server has; one that we have no short word for is called by its type. */
export function verbsOf(actions: readonly ResponseActionInfo[]): Verb[] {
  return actions.map((action) => {
    const fields = readFields(action.parameters)
    const entry = Object.hasOwn(known, action.id) ? known[action.id] : undefined
    const names = entry?.positional ?? fields.filter(({ required }) => required).map(({ name }) => name)
    return {
      verb: entry?.verb ?? action.id.replaceAll('_', '-'),
      action,
      fields,
      positional: names.filter((name) => fields.some((field) => field.name === name && field.kind !== 'fixed')),
    }
  })
}

export const flagOf = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()

/** Flags that every response has. */
export const commonFlags = {
  reason: 'Why; whoever approves it reads it',
  emergency: 'Why it cannot wait: runs now, without approval',
  within: 'Minutes within which it must begin',
} as const

/** Parameters that a flag can set. */
export const flagFields = (verb: Verb): readonly Field[] => verb.fields.filter(({ kind }) => kind !== 'fixed')

/** The parameter meant by a flag: its whole name, or words at the beginning or end of it that fit no other. */
export function findFlag(verb: Verb, flag: string): Field | undefined {
  const fields = flagFields(verb)
  const exact = fields.find(({ name }) => flagOf(name) === flag)
  if (exact) return exact
  const close = fields.filter(({ name }) => flagOf(name).endsWith(`-${flag}`) || flagOf(name).startsWith(`${flag}-`))
  return close.length === 1 ? close[0] : undefined
}

/** How a verb is typed. */
export function usageOf(verb: Verb): string {
  const target = { device: 'DEVICE', person: 'PERSON', device_or_person: 'DEVICE|PERSON' }[verb.action.targets]
  const places = verb.positional.map((name) => {
    const field = verb.fields.find((one) => one.name === name)
    const word = name === 'scriptId' ? 'SCRIPT' : flagOf(name).toUpperCase()
    return field?.required ? word : `[${word}${field?.kind === 'list' ? '…' : ''}]`
  })
  return [verb.verb, target, ...places, '--reason "…"'].join(' ')
}
