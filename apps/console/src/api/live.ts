import { api, consoleEvents, type ConsoleEvent, type ConsoleEventName } from '@riposte/contract'
import { useSyncExternalStore } from 'react'
import { queryClient } from './query.ts'

/** `offline` says since when, in Unix milliseconds. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'offline'; readonly since: number }

type Listener = (event: ConsoleEvent) => void

const listeners = new Set<Listener>()
const stateListeners = new Set<() => void>()
let state: LiveState = { kind: 'connecting' }
let source: EventSource | null = null

function setState(next: LiveState): void {
  if (next.kind === state.kind) return
  state = next
  for (const listener of stateListeners) listener()
}

/** Opens the one stream of this page; a second call does nothing. The browser reconnects by itself. */
export function goLive(): void {
  if (source) return
  const opened = new EventSource(api.stream.path)
  source = opened
  opened.onopen = () => {
    setState({ kind: 'connected' })
    // What happened since the page read it was not sent to us: while we were offline, and before this stream began. What a host was
    // asked live is read again on demand.
    void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'live' })
  }
  opened.onerror = () => {
    setState({ kind: 'offline', since: Date.now() })
    // A refused stream is not tried again by the browser.
    if (opened.readyState === EventSource.CLOSED) {
      source = null
      setTimeout(goLive, 5_000)
    }
  }
  for (const name of Object.keys(consoleEvents) as ConsoleEventName[]) {
    opened.addEventListener(name, (message: MessageEvent<string>) => {
      const data = consoleEvents[name].safeParse(JSON.parse(message.data))
      if (data.success) deliver({ name, data: data.data } as ConsoleEvent)
    })
  }
}

export function goSilent(): void {
  source?.close()
  source = null
  setState({ kind: 'connecting' })
}

function deliver(event: ConsoleEvent): void {
  refresh(event)
  for (const listener of listeners) listener(event)
}

const staleSoon = new Map<string, readonly unknown[]>()
let flush: ReturnType<typeof setTimeout> | undefined

/** Makes a read stale within half a second, once, however many events say so: a fleet that reconnects must not flood the server. */
function stale(...queryKey: readonly unknown[]): void {
  staleSoon.set(JSON.stringify(queryKey), queryKey)
  flush ??= setTimeout(() => {
    flush = undefined
    const keys = [...staleSoon.values()]
    staleSoon.clear()
    for (const key of keys) void queryClient.invalidateQueries({ queryKey: key })
  }, 250)
}

/** Of a few things each by its id; of many, or of nobody knows which, all. */
function staleEach(name: string, ids: readonly string[]): void {
  if (ids.length === 0 || ids.length > 20) stale(name)
  else for (const id of ids) stale(name, id)
}

/** Which reads an event makes stale. Lists of incidents and responses decide for themselves, since their rows must not jump. */
function refresh(event: ConsoleEvent): void {
  switch (event.name) {
    case 'incident':
      stale('overview', event.data.projectId)
      stale('checklist')
      stale('rules', event.data.projectId)
      break
    case 'incident_changed':
      for (const id of event.data.ids) stale('incident', id)
      stale('overview', event.data.projectId)
      stale('incidents', event.data.projectId)
      break
    case 'rules':
      stale('revisions', event.data.projectId)
      stale('checklist')
      stale('projects')
      stale('rules', event.data.projectId)
      break
    case 'instances':
      stale('instances', event.data.projectId)
      stale('overview', event.data.projectId)
      stale('checklist')
      stale('rules', event.data.projectId)
      break
    case 'devices':
      stale('devices')
      stale('device-labels')
      stale('checklist')
      stale('enrolment-tokens')
      staleEach('device', event.data.ids)
      break
    case 'responses':
      stale('requests')
      stale('devices')
      stale('device')
      stale('evidence')
      stale('checklist')
      stale('responses-of')
      staleEach('response', event.data.ids)
      staleEach('request', event.data.requestIds)
      break
    case 'response_output':
      stale('response', event.data.id)
      break
    case 'people':
      stale('people')
      stale('person')
      break
    case 'scripts':
      stale('scripts')
      stale('script')
      break
  }
}

export function onLive(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    () => state,
  )
