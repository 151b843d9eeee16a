import { blockIp } from './block-ip/spec.ts'
import { collectForensics } from './collect-forensics/spec.ts'
import { forcePasswordReset } from './force-password-reset/spec.ts'
import { isolateDevice } from './isolate-device/spec.ts'
import { killProcess } from './kill-process/spec.ts'
import { quarantineFile } from './quarantine-file/spec.ts'
import { resetUserSession } from './reset-user-session/spec.ts'
import { restoreFile } from './restore-file/spec.ts'
import { runScript } from './run-script/spec.ts'
import { unblockIp } from './unblock-ip/spec.ts'
import { unisolateDevice } from './unisolate-device/spec.ts'
import type { ResponseActionSpec } from './define.ts'

/** Every response action, in the order in which people look for them. */
export const responseActions = [
  isolateDevice,
  unisolateDevice,
  killProcess,
  quarantineFile,
  restoreFile,
  blockIp,
  unblockIp,
  resetUserSession,
  forcePasswordReset,
  collectForensics,
  runScript,
] as const

export type ResponseTypeId = (typeof responseActions)[number]['id']
export type SpecOf<Id extends ResponseTypeId> = Extract<(typeof responseActions)[number], { id: Id }>

/** The spec of a type as any code can use it that does not know which one it is; undefined when there is none. */
export const findSpec = (id: string): ResponseActionSpec | undefined =>
  (responseActions as readonly unknown[] as readonly ResponseActionSpec[]).find((spec) => spec.id === id)

export type { Lane, ProtectionFacts, ResponseActionSpec, SpecRefusal } from './define.ts'
export { lanes } from './define.ts'
