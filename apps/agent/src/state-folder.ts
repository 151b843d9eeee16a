import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import type { ChannelMemory, DeviceIdentity } from '@riposte/uplink/device'
import * as z from 'zod'
import { floorKinds, type FloorKind } from './check-command.ts'

/** What is wrong with what was given, and what would be right. */
export class AgentProblem extends Error {
  override readonly name = 'AgentProblem'
}

const Endpoint = z.object({ host: z.string(), port: z.int().min(1).max(65_535) })

/** `agent.json`: made at enrolment, for the host's owner to read and to change. */
const AgentConfig = z.object({
  version: z.literal(1),
  name: z.string(),
  deviceId: z.uuid(),
  organisationId: z.uuid(),
  endpoints: z.array(Endpoint).min(1),
  keys: z.array(z.string()).min(1),
  releaseSecret: z.string(),
  /** Reasons other than a person's approval under which destructive actions may run here. Empty: only with an approval. */
  destructiveWithoutApproval: z.array(z.enum(floorKinds)),
  evidenceBudgetMb: z.int().min(1).default(2_048),
})
export type AgentConfig = z.infer<typeof AgentConfig>

/** `channel.json`: what was learned since, rewritten often. */
const Memory = z.object({
  endpoints: z.array(Endpoint),
  known: z.array(Endpoint.extend({ address: z.string() })),
  lastHello: z.int().min(0),
  newestTime: z.number(),
  keys: z.array(z.string()).min(1),
  keysIssuedAt: z.string().nullable(),
  certificate: z.string(),
  policy: z.object({
    neverBlock: z.array(z.string()),
    protectedProcesses: z.array(z.string()),
    isolationAllow: z.array(z.string()),
  }),
})

export const stateFiles = {
  config: 'agent.json',
  memory: 'channel.json',
  key: 'device.key',
  certificate: 'device.crt',
  authority: 'authority.crt',
  journal: 'journal.log',
  lock: 'agent.lock',
  socket: 'agent.sock',
} as const

export interface AgentState {
  readonly config: AgentConfig
  readonly identity: DeviceIdentity
  /** null: it never connected. */
  readonly memory: ChannelMemory | null
}

/** Root alone may look in. */
export function makeStateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** Whole or not at all, and on the disk before it returns. */
export function writeDurably(file: string, content: string): void {
  const handle = openSync(`${file}.new`, 'w', 0o600)
  writeSync(handle, content)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(`${file}.new`, file)
}

export function writeEnrolment(folder: string, config: AgentConfig, identity: DeviceIdentity): void {
  makeStateFolder(folder)
  writeDurably(path.join(folder, stateFiles.key), identity.privateKey)
  writeDurably(path.join(folder, stateFiles.certificate), identity.certificate)
  writeDurably(path.join(folder, stateFiles.authority), identity.authority)
  // Last: with it the folder is an enrolled one.
  writeDurably(path.join(folder, stateFiles.config), `${JSON.stringify(config, null, 2)}\n`)
}

export function writeMemory(folder: string, memory: ChannelMemory): void {
  writeDurably(path.join(folder, stateFiles.memory), JSON.stringify(memory))
}

export const isEnrolled = (folder: string): boolean => read(path.join(folder, stateFiles.config)) !== null

/** @throws AgentProblem */
export function readState(folder: string): AgentState {
  const text = read(path.join(folder, stateFiles.config))
  if (text === null)
    throw new AgentProblem(
      `This host is not enrolled: there is no ${path.join(folder, stateFiles.config)}. Run riposte-agent enroll --url … --token …`,
    )
  const config = parse(AgentConfig, text, path.join(folder, stateFiles.config))
  const file = (name: string): string => {
    const content = read(path.join(folder, name))
    if (content === null)
      throw new AgentProblem(
        `${path.join(folder, name)} is missing; retire this device in the console and enrol the host anew.`,
      )
    return content
  }
  const remembered = read(path.join(folder, stateFiles.memory))
  return {
    config,
    identity: {
      deviceId: config.deviceId,
      organisationId: config.organisationId,
      privateKey: file(stateFiles.key),
      certificate: file(stateFiles.certificate),
      authority: file(stateFiles.authority),
      keys: config.keys,
      releaseSecret: config.releaseSecret,
    },
    memory: remembered === null ? null : parse(Memory, remembered, path.join(folder, stateFiles.memory)),
  }
}

export const newConfig = (
  name: string,
  enrolled: { readonly identity: DeviceIdentity; readonly endpoints: AgentConfig['endpoints'] },
  destructiveWithoutApproval: FloorKind[],
): AgentConfig => ({
  version: 1,
  name,
  deviceId: enrolled.identity.deviceId,
  organisationId: enrolled.identity.organisationId,
  endpoints: enrolled.endpoints,
  keys: [...enrolled.identity.keys],
  releaseSecret: enrolled.identity.releaseSecret,
  destructiveWithoutApproval,
  evidenceBudgetMb: 2_048,
})

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'EACCES') throw new AgentProblem(`${file} may not be read; run this as root.`)
    throw error
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new AgentProblem(`${file} cannot be read: ${why}`)
  }
}
