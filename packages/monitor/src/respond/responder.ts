import type { ActionId, IncidentReport, Operation } from '@riposte/contract/wire'
import { isIP } from 'node:net'
import { BlockedError } from '../core/blocked-error.ts'
import { contexts, type Context } from '../core/context.ts'
import type { Guard } from '../core/guard.ts'
import { customName, type ActionName } from '../core/policy.ts'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../log/logger.ts'
import { clientAddress } from '../sources/client-address.ts'
import { hashSession, sessionOf, type SessionCredential } from '../sources/session-of.ts'
import { answerBlocked } from './block.ts'
import type { BlockList } from './block-list.ts'
import type { CustomActions, Threat, ThreatTools } from './custom.ts'

export interface ResponderParts {
  readonly guard: Guard
  readonly settings: Settings
  readonly custom: CustomActions
  readonly blockList: BlockList
  readonly log: Log
  readonly clock: () => number
  readonly sessionKey: () => string
  /** Ends the process, erasing first where that is asked; what was recorded is on the disk. */
  readonly end: (how: 'close' | 'erase') => Promise<void>
}

/** What was decided, sorted into what is done and what cannot be. */
export interface Plan {
  readonly actions: readonly ActionName[]
  readonly notDone: readonly { readonly action: ActionName; readonly why: string }[]
}

export interface Answer {
  /** What the operation fails with; null to let it pass. */
  readonly refusal: BlockedError | null
  /** A custom action that decides is at it. */
  readonly decision: {
    readonly answer: Promise<BlockedError | null>
    /** For a caller that cannot wait. */
    readonly now: () => BlockedError | null
  } | null
}

/** With a custom action beside it, an app that is to end waits for that, and no longer. */
const longestGoodbyeMs = 250

/** Carries out answers, in the order in which `actions` of the contract lists them. */
export class Responder {
  readonly #parts: ResponderParts
  /** Set when the process is about to end: nothing is let through any more. */
  ending: BlockedError | null = null
  readonly counters = { blocked: 0, refused: 0 }

  constructor(parts: ResponderParts) {
    this.#parts = parts
  }

  plan(actions: readonly ActionName[], context: Context): Plan {
    const notDone = actions.flatMap((action) => {
      const why = this.#whyNot(action, context)
      return why === null ? [] : [{ action, why }]
    })
    const done = actions.filter((action) => !notDone.some((entry) => entry.action === action))
    return { actions: done.length > 0 ? done : ['log'], notDone }
  }

  #whyNot(action: ActionName, context: Context): string | null {
    const name = customName(action)
    if (name !== null) return this.#parts.custom.has(name) ? null : `no action is registered as "${name}"`
    if (action === 'block_ip') return this.#whyNotAddress(this.addressOf(context))
    if (action === 'block_session') return this.#sessionsOf(context).length > 0 ? null : 'the request names no session'
    return null
  }

  #whyNotAddress(address: string | null): string | null {
    const { trusted, firewall } = this.#parts.settings
    if (address === null) return 'the client has no address'
    if (isLoopback(address)) return 'the machine itself is never blocked'
    if (trusted(address)) return 'a trusted proxy is never blocked'
    return firewall.allowed(address) ? 'the address is on the allow-list' : null
  }

  carryOut(context: Context, incident: IncidentReport, operation: Operation, { actions }: Plan): Answer {
    const { guard, custom } = this.#parts
    const ends = actions.includes('erase') ? 'erase' : actions.includes('close') ? 'close' : null
    if (actions.includes('block_session')) guard('block session', () => this.blockSession(context), undefined)
    if (actions.includes('block_ip')) guard('block address', () => this.blockAddress(context), undefined)
    const names = actions.flatMap((action) => customName(action) ?? [])
    const tools = this.#toolsFor(context, incident)
    const threat = toThreat(incident, operation)
    const runs = names.map((name) => custom.run(name, threat, tools, ends === null ? Infinity : longestGoodbyeMs))
    const refusal = actions.includes('block') ? this.block(context, incident) : null
    if (ends !== null) {
      // Where the end has to wait, this request gets no other answer meanwhile.
      const waits = runs.length > 0 || ends === 'erase'
      this.ending =
        refusal ?? (waits ? this.block(context, incident) : new BlockedError(incident.protection, incident.id))
      // Outside of the request, to which nothing is allowed any more.
      void contexts.exit(() => this.#end(ends, runs))
      return { refusal: this.ending, decision: null }
    }
    const deciding = names.filter((name) => custom.decides(name))
    if (refusal || deciding.length === 0) return { refusal, decision: null }
    const answer = Promise.all(runs).then((all) => (all.includes('block') ? this.block(context, incident) : null))
    const otherwise = deciding.some((name) => custom.otherwise(name) === 'block')
    return { refusal: null, decision: { answer, now: () => (otherwise ? this.block(context, incident) : null) } }
  }

  async #end(how: 'close' | 'erase', handlers: readonly Promise<unknown>[]): Promise<void> {
    // Only where there is something to wait for: without, the end comes within this very call.
    if (handlers.length > 0) await Promise.all(handlers)
    await this.#parts.end(how)
  }

  /** Answers 403, once, and refuses what the request still asks for. */
  block(context: Context, { protection, id }: { readonly protection: string; readonly id: string }): BlockedError {
    if (context.blocked) return context.blocked
    this.counters.blocked += 1
    const error = new BlockedError(protection, id)
    context.blocked = error
    this.#answer(context, id, [])
    return error
  }

  #answer(context: Context, reference: string, clear: readonly string[]): void {
    const { request, response } = context
    this.#parts.guard(
      'block',
      () => {
        if (request && response) answerBlocked(request, response, reference, clear)
        else context.refuse?.(reference, clear)
      },
      undefined,
    )
  }

  /** Asked of every request. */
  get mayRefuse(): boolean {
    return this.ending !== null || !this.#parts.blockList.isEmpty
  }

  /** Whether this request comes from an address or a session that is blocked; it is then answered. Asked before the app hears of it. */
  refuses(context: Context): boolean {
    const { blockList, clock, settings } = this.#parts
    if (this.ending) return this.#refuse(context, 'app.ending', [])
    if (!context.request) return false
    const now = clock()
    const address = clientAddress(context.request, settings.trusted)
    if (address !== null && blockList.isAddressBlocked(address, now)) return this.#refuse(context, 'address', [])
    const session = sessionOf(context.request, settings.session)
    if (!session || !blockList.isSessionBlocked(this.#hash(session.id), now)) return false
    return this.#refuse(context, 'session', session.cookie === null ? [] : [session.cookie])
  }

  /** The app has said whose session this is: one that is blocked is refused from here on. */
  refusesIdentified(context: Context): boolean {
    const { blockList, clock } = this.#parts
    if (context.sessionId === null || !blockList.isSessionBlocked(this.#hash(context.sessionId), clock())) return false
    context.blocked ??= new BlockedError('session', 'blocked')
    return this.#refuse(context, 'session', [])
  }

  #refuse(context: Context, reason: string, clear: readonly string[]): true {
    this.counters.refused += 1
    this.#answer(context, `blocked-${reason}`, clear)
    return true
  }

  addressOf(context: Context): string | null {
    return context.request ? clientAddress(context.request, this.#parts.settings.trusted) : null
  }

  blockAddress(context: Context, seconds?: number): void {
    const { blockList, clock, settings } = this.#parts
    const address = this.addressOf(context)
    if (address === null || this.#whyNotAddress(address) !== null) return
    blockList.blockAddress(address, clock() + (seconds ?? settings.firewall.blockSeconds) * 1_000)
  }

  blockSession(context: Context, seconds?: number): void {
    const { blockList, clock, settings } = this.#parts
    for (const { id } of this.#sessionsOf(context))
      blockList.blockSession(this.#hash(id), clock() + (seconds ?? settings.session.blockSeconds) * 1_000)
  }

  /** The id that the app told, and the word by which the client shows itself. */
  #sessionsOf(context: Context): SessionCredential[] {
    const shown = context.request ? sessionOf(context.request, this.#parts.settings.session) : null
    return [...(context.sessionId === null ? [] : [{ id: context.sessionId, cookie: null }]), ...(shown ? [shown] : [])]
  }

  #hash(id: string): string {
    return hashSession(id, this.#parts.sessionKey())
  }

  #toolsFor(context: Context, incident: IncidentReport): Omit<ThreatTools, 'signal'> {
    const { log } = this.#parts
    return {
      block: () => void this.block(context, incident),
      blockIp: (seconds) => this.blockAddress(context, seconds),
      blockSession: (seconds) => this.blockSession(context, seconds),
      log: (message, fields) => log('info', message, { incident: incident.id, ...fields }),
    }
  }
}

const toThreat = (incident: IncidentReport, operation: Operation): Threat => ({
  incidentId: incident.id,
  protection: incident.protection,
  severity: incident.severity,
  confidence: incident.confidence,
  description: incident.reason,
  evidence: incident.input,
  // What leaves holds the data of people: a handler that sends it on would be the next leak.
  operation: operation.kind === 'response' ? { ...operation, body: incident.operation.text } : operation,
  request: incident.request,
  stack: incident.stack,
  metadata: incident.metadata,
})

const isLoopback = (address: string): boolean =>
  isIP(address) === 4 ? address.startsWith('127.') : address === '::1' || address === '0:0:0:0:0:0:0:1'

/** The action ids that a report holds: a custom action's name is in the metadata. */
export const toActionIds = (names: readonly ActionName[]): ActionId[] => [
  ...new Set(names.map((name) => (customName(name) === null ? (name as ActionId) : 'custom'))),
]
