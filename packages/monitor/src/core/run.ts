import { parseProjectToken, uuidv7, type ConfigSnapshot } from '@riposte/contract/wire'
import type { Protection } from '@riposte/protections/catalog'
import { createUplink, type SelfDescription, type Uplink } from '@riposte/uplink'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { readEnvironment } from '../config/env.ts'
import type { Settings } from '../config/settings.ts'
import { consoleLayer } from '../config/to-layer.ts'
import type { Log } from '../log/logger.ts'
import { BlockList } from '../respond/block-list.ts'
import { endProcess, leaveSender } from '../respond/close.ts'
import type { CustomActions } from '../respond/custom.ts'
import { finishErase, type DataEraser } from '../respond/erase/erase.ts'
import { protectedFolders } from '../respond/erase/erase-plan.ts'
import { Responder } from '../respond/responder.ts'
import { installSinks, type HookState } from '../sinks/install-sinks.ts'
import { installHttp } from '../sources/node-http.ts'
import { Engine } from './engine.ts'
import { createGuard } from './guard.ts'
import type { Layer } from './policy.ts'
import { swallowBlockedRejections } from './swallow-blocked-rejections.ts'
import { sdkVersion } from './version.ts'

export interface RunParts {
  readonly settings: Settings
  /** What file and code say. */
  readonly own: readonly Layer[]
  readonly protections: readonly Protection[]
  readonly custom: CustomActions
  readonly eraser: DataEraser
  readonly log: Log
  readonly warnings: () => readonly string[]
  readonly appRoot: string | null
  readonly entry: string | null
}

export interface Running {
  readonly settings: Settings
  readonly instanceId: string
  readonly engine: Engine
  readonly responder: Responder
  readonly blockList: BlockList
  readonly uplink: Uplink
  readonly hooks: () => HookState[]
  readonly layers: () => readonly Layer[]
  readonly guard: { readonly failures: ReadonlyMap<string, number> }
}

/** Puts the guards in, and connects in the background. */
export function run(parts: RunParts): Running {
  const { settings, own, log, entry } = parts
  const startedAt = new Date().toISOString()
  const instanceId = uuidv7(Date.now(), randomBytes(10))
  const guard = createGuard(({ place, error, times }) =>
    log('error', `a bug of Riposte in ${place} (${times} times so far); the app goes on`, {
      error: String(error instanceof Error ? error.stack : error),
    }),
  )
  let snapshot: ConfigSnapshot | null = null
  let layers = own
  let states: () => HookState[] = () => []
  const hooks = (): HookState[] => [{ name: 'requests', state: 'active', detail: null }, ...states()]
  const describe = (): SelfDescription => ({
    instanceId: instanceId as never,
    startedAt,
    app: settings.app,
    environment: settings.environment,
    sdkVersion,
    nodeVersion: process.versions.node,
    hostname: hostname(),
    pid: process.pid,
    hooks: hooks(),
    warnings: parts.warnings().slice(0, 100),
    counters: { ...engine.counters, ...responder.counters },
  })
  const uplink = createUplink({
    controlPlane: settings.controlPlane,
    dataDir: settings.dataDir,
    instanceId,
    describe,
    apply: (latest) => {
      snapshot = latest
      layers = [consoleLayer(latest), ...own]
    },
    log,
  })
  // Of one project, the same in each of its instances and whatever becomes of the token.
  const sessionKey = parseProjectToken(settings.controlPlane?.projectToken ?? '')?.projectId ?? 'local'
  const blockList = new BlockList(settings.firewall)
  const responder = new Responder({
    guard,
    settings,
    custom: parts.custom,
    blockList,
    log,
    clock: Date.now,
    sessionKey: () => sessionKey,
    end: (how) => end(how, parts, describe),
  })
  const engine = new Engine({
    guard,
    settings,
    layers: () => layers,
    revision: () => snapshot?.revision ?? null,
    report: (incident, options) => uplink.report(incident, options),
    clock: Date.now,
    sessionKey: () => sessionKey,
    responder,
    own: parts.protections,
  })
  guard(
    'erase journal',
    () =>
      finishErase({
        config: settings.erase,
        guarded: protectedFolders(parts.appRoot),
        dataDir: settings.dataDir,
        log,
      }),
    undefined,
  )
  guard('uplink', () => uplink.start(), undefined)
  installHttp(engine, guard, settings.limits)
  states = installSinks(engine, guard, entry)
  for (const { name, state, detail } of states())
    if (state === 'late' || state === 'failed') log('warning', `${name} is not guarded: ${detail ?? state}`)
  swallowBlockedRejections()
  return { settings, instanceId, engine, responder, blockList, uplink, hooks, layers: () => layers, guard }
}

/** The last thing that this process does. */
async function end(how: 'close' | 'erase', parts: RunParts, describe: () => SelfDescription): Promise<void> {
  const { settings, log, eraser, appRoot } = parts
  try {
    if (how === 'erase') {
      await eraser.erase({
        config: settings.erase,
        guarded: protectedFolders(appRoot),
        dataDir: settings.dataDir,
        now: Date.now(),
        log,
      })
    }
    const { controlPlane, dataDir } = settings
    if (controlPlane) leaveSender({ controlPlane, dataDir, self: describe(), after: process.pid }, readEnvironment())
  } catch (error) {
    log('error', 'the process ends, though not all could be done before', { error: String(error) })
  } finally {
    endProcess()
  }
}
