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
    const wasOffline = state.kind === 'offline'
    setState({ kind: 'connected' })
    // What happened meanwhile was not sent to us.
    if (wasOffline) void queryClient.invalidateQueries()
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

/** Which reads an event makes stale. Incident lists decide for themselves, since their rows must not jump. */
function refresh(event: ConsoleEvent): void {
  const stale = (...queryKey: unknown[]): void => void queryClient.invalidateQueries({ queryKey })
  switch (event.name) {
    case 'incident':
      stale('overview', event.data.projectId)
      stale('checklist')
      {
        stale('rules', event.data.projectId)
        return
      }
    case 'incident_changed':
      for (const id of event.data.ids) stale('incident', id)
      stale('overview', event.data.projectId)
      {
        stale('incidents', event.data.projectId)
        return
      }
    case 'rules':
      stale('revisions', event.data.projectId)
      stale('checklist')
      stale('projects')
      {
        stale('rules', event.data.projectId)
        return
      }
    case 'instances':
      stale('instances', event.data.projectId)
      stale('overview', event.data.projectId)
      stale('checklist')
      {
        stale('rules', event.data.projectId)
        return
      }
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
