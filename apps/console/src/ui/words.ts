import {
  failureReasons,
  type ContainmentState,
  type DeviceState,
  type ResponseReason,
  type ResponseStatus,
  type ResponseTrigger,
  type VerificationState,
} from '@riposte/contract'
import type { Look } from './mark.tsx'

export const statusLooks: Readonly<Record<ResponseStatus, Look>> = {
  pending_approval: { word: 'Pending approval', shape: 'half', tone: 'warn' },
  queued: { word: 'Queued', shape: 'ring', tone: 'info' },
  executing: { word: 'Executing', shape: 'play', tone: 'info' },
  completed: { word: 'Completed', shape: 'check', tone: 'good' },
  failed: { word: 'Failed', shape: 'cross', tone: 'bad' },
  cancelled: { word: 'Cancelled', shape: 'dash', tone: 'quiet' },
}
export const verificationLooks: Readonly<Record<VerificationState, Look>> = {
  scheduled: { word: 'Scheduled', shape: 'ring', tone: 'info' },
  passed: { word: 'Passed', shape: 'check', tone: 'good' },
  failed: { word: 'Failed', shape: 'cross', tone: 'bad' },
  inconclusive: { word: 'Inconclusive', shape: 'half', tone: 'warn' },
}
export const containmentLooks: Readonly<Record<ContainmentState, Look>> = {
  in_force: { word: 'In force', shape: 'square', tone: 'info' },
  drifted: { word: 'Drifted', shape: 'triangle', tone: 'bad' },
  ended: { word: 'Ended', shape: 'dash', tone: 'quiet' },
  undone: { word: 'Undone', shape: 'ring', tone: 'quiet' },
}
export const deviceStateLooks: Readonly<Record<DeviceState, Look>> = {
  active: { word: 'Active', shape: 'check', tone: 'good' },
  held: { word: 'Held', shape: 'triangle', tone: 'bad' },
  retired: { word: 'Retired', shape: 'dash', tone: 'quiet' },
}
export const onlineLook = (online: boolean): Look =>
  online ? { word: 'Online', shape: 'dot', tone: 'good' } : { word: 'Offline', shape: 'ring', tone: 'quiet' }

const reasonWords: Readonly<Record<Exclude<ResponseReason, keyof typeof failureReasons>, string>> = {
  withdrawn: 'Withdrawn before it ran',
  rejected: 'A second person rejected it',
  approval_expired: 'Nobody approved it in time',
  superseded: 'Another response took its place',
  leased: 'The agent has fetched it',
  cancel_requested: 'The agent was asked to leave it; its answer decides',
}

/** A reason as a sentence. */
export const reasonWord = (reason: ResponseReason): string => ({ ...failureReasons, ...reasonWords })[reason]

/** A containment of a device, from its type: "Isolated", "Address blocked". */
export function containmentWord(type: string): string {
  const known: Readonly<Record<string, string>> = {
    isolate_device: 'Isolated',
    block_ip: 'Address blocked',
    quarantine_file: 'File quarantined',
  }
  return known[type] ?? spell(type)
}

/** What set a response off: "incident: SQL injection". Another kind, such as an undo, says it all by its title. */
export const triggerWord = ({ kind, title }: ResponseTrigger): string =>
  kind === 'other' ? title : `${kind}: ${title}`

/** `kill_process` as "Kill process", for ids that no table names. */
export function spell(id: string): string {
  const words = id.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** "web-3", "web-3 and web-4", "web-3 and 4 more". */
export function nameSome(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return 'nothing yet'
  if (names.length === 2 && second !== undefined) return `${first} and ${second}`
  return names.length === 1 ? first : `${first} and ${names.length - 1} more`
}
