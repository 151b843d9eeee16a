import diagnostics from 'node:diagnostics_channel'
import type { Operation } from '@riposte/contract/wire'
import { contexts, type Context } from '../../core/context.ts'
import type { BlockedError } from '../../core/blocked-error.ts'
import type { Engine } from '../../core/engine.ts'
import type { Verdict } from '../settle.ts'

type RequestOperation = Extract<Operation, { kind: 'request' }>

/** A call that the app makes for the request in hand. */
interface Call {
  readonly operation: RequestOperation
  /** Makes sure that an error nobody listens for does not end the app. */
  readonly onRefused: () => void
}

/** What a context has asked for so far: by host, to judge the address that DNS gives; by target, where an answer has sent it. */
interface Calls {
  readonly byHost: Map<string, Call>
  readonly redirects: Map<string, RequestOperation>
}

const known = new WeakMap<Context, Calls>()
const mostKept = 64

/** Judges a call before anything is sent. Redirects that led to it are told along. */
export function judgeCall<V extends Verdict>(
  judge: (operation: RequestOperation) => V,
  context: Context,
  url: string,
  onRefused: () => void = ignore,
): V {
  const calls = callsOf(context)
  const led = calls.redirects.size > 0 ? calls.redirects.get(normalise(url)) : undefined
  const operation: RequestOperation = led
    ? { kind: 'request', url, redirectedFrom: led.redirectedFrom ?? led.url, hops: (led.hops ?? 0) + 1 }
    : { kind: 'request', url }
  const verdict = judge(operation)
  const host = hostOf(url)
  const refused = verdict !== null && !(verdict instanceof Promise)
  if (!refused && host !== null && calls.byHost.size < mostKept) calls.byHost.set(host, { operation, onRefused })
  return verdict
}

/** Judges the address behind a host's name, known only when the connection is about to be made. */
export function judgeAddresses(
  engine: Engine,
  context: Context,
  host: string,
  addresses: readonly string[],
): BlockedError | null {
  const call = known.get(context)?.byHost.get(host.toLowerCase())
  if (!call) return null
  for (const address of addresses) {
    const refusal = engine.judge({ ...call.operation, address })
    if (!refusal) continue
    call.onRefused()
    return refusal
  }
  return null
}

/** Notes where an answer sends whoever follows it. */
export function noteRedirect(context: Context, from: string, status: number, location: string | undefined): void {
  if (location === undefined || status < 300 || status > 399 || !URL.canParse(location, from)) return
  const calls = callsOf(context)
  const earlier = calls.redirects.get(normalise(from))
  const step: RequestOperation = earlier
    ? {
        kind: 'request',
        url: from,
        redirectedFrom: earlier.redirectedFrom ?? earlier.url,
        hops: (earlier.hops ?? 0) + 1,
      }
    : { kind: 'request', url: from }
  if (calls.redirects.size < mostKept) calls.redirects.set(new URL(location, from).href, step)
}

/** Answers tell of redirects on Node's own channels: for looking on only, which is all that is needed. */
export function watchRedirects(engine: Engine): void {
  diagnostics.subscribe('http.client.response.finish', (message) => {
    engine.aside('redirect', () => {
      const { request, response } = message as { request: object; response: Answer }
      const made = ownCalls.get(request)
      if (made) noteRedirect(made.context, made.url, response.statusCode, response.headers.location)
    })
  })
}

interface Answer {
  readonly statusCode: number
  readonly headers: { readonly location?: string }
}

const ownCalls = new WeakMap<object, { readonly context: Context; readonly url: string }>()

/** Remembers whose call it is, since answers arrive in any context. */
export function rememberCall(request: object, url: string): void {
  const context = contexts.getStore()
  if (context) ownCalls.set(request, { context, url })
}

function callsOf(context: Context): Calls {
  let calls = known.get(context)
  if (!calls)
    known.set(context, (calls = { byHost: new Map<string, Call>(), redirects: new Map<string, RequestOperation>() }))
  return calls
}

const normalise = (url: string): string => (URL.canParse(url) ? new URL(url).href : url)
const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).hostname.toLowerCase() : null)
const ignore = (): void => undefined
