import { deviceStates } from '@riposte/contract'
import type { DeviceQuery } from '../../api/defend-queries.ts'
import { readTokens, type TokenKeys } from '../../ui/filter-tokens.ts'

export const deviceKeys: TokenKeys = {
  state: { many: true, choices: deviceStates },
  online: { form: 'yes_no' },
  group: { many: true },
  tag: { many: true },
  capability: {},
  contained: { form: 'yes_no' },
}

/** Reads `state:held group:"front row" online:yes words`. */
export const readDeviceFilter = (typed: string): { filter: DeviceQuery; mistakes: readonly string[] } =>
  readTokens(typed, deviceKeys)
