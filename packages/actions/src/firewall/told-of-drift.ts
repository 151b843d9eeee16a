import type { Host } from '../host.ts'

const pending = new WeakMap<Host, Map<string, Set<string>>>()

const of = (host: Host, table: string): Set<string> => {
  const tables = pending.get(host) ?? new Map<string, Set<string>>()
  pending.set(host, tables)
  const actions = tables.get(table) ?? new Set<string>()
  tables.set(table, actions)
  return actions
}

/** One look finds that a table was changed; each response that it holds is told of it. */
export const driftFound = (host: Host, table: string, actionIds: readonly string[]): void => {
  for (const actionId of actionIds) of(host, table).add(actionId)
}

export const takeDrift = (host: Host, table: string, actionId: string): boolean => of(host, table).delete(actionId)
