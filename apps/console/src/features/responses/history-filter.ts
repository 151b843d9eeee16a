import { containmentStates, responseStatuses, verificationStates } from '@riposte/contract'
import type { ResponseQuery } from '../../api/defend-queries.ts'
import { readTokens, type TokenKeys } from '../../ui/filter-tokens.ts'

export const historyKeys: TokenKeys = {
  status: { many: true, choices: responseStatuses },
  type: { many: true },
  verification: { many: true, choices: verificationStates },
  containment: { many: true, choices: containmentStates },
  device: { to: 'deviceId', form: 'uuid' },
  person: { to: 'personId', form: 'uuid' },
  request: { to: 'requestId', form: 'uuid' },
  by: { to: 'submittedBy' },
  approver: { to: 'approvedBy' },
  from: { form: 'time' },
  to: { form: 'time' },
}

/** Reads `status:failed type:kill_process from:2026-01-31 words`; `by` and `approver` are names of members, or their ids. */
export function readHistoryFilter(
  typed: string,
  members: readonly { readonly id: string; readonly name: string }[] = [],
): { filter: ResponseQuery; mistakes: readonly string[] } {
  const { filter, mistakes } = readTokens(typed, historyKeys)
  const idOf = (name: unknown): unknown =>
    members.find((member) => member.name.toLowerCase() === String(name).toLowerCase())?.id ?? name
  return {
    filter: Object.fromEntries(
      Object.entries(filter).map(([key, value]) => [
        key,
        key === 'submittedBy' || key === 'approvedBy' ? idOf(value) : value,
      ]),
    ),
    mistakes,
  }
}
