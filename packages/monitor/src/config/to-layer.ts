import type { ConfigSnapshot } from '@riposte/contract/wire'
import type { ActionName, Layer, PolicyRule } from '../core/policy.ts'
import type { MonitorConfig } from './config-shape.ts'

/** `null`: the preset leaves every protection its own default. */
const presetActions: Record<NonNullable<MonitorConfig['preset']>, readonly ActionName[] | null> = {
  cloud: null,
  desktop: null,
  shadow: ['none'],
}

export function toLayer(source: 'file' | 'code', config: MonitorConfig): Layer {
  return {
    source,
    rules: (config.rules ?? []).flatMap(toRule),
    protections: new Map(
      [...(config.protections ?? [])].map(([id, entry]) => [
        id,
        {
          ...(entry.enabled === undefined ? {} : { enabled: entry.enabled }),
          ...(entry.action === undefined ? {} : { actions: entry.action }),
          ...(entry.config === undefined ? {} : { config: entry.config }),
        },
      ]),
    ),
    preset: config.preset ? presetActions[config.preset] : null,
  }
}

export const consoleLayer = (snapshot: ConfigSnapshot | null): Layer => ({
  source: 'console',
  rules: snapshot?.rules ?? [],
  protections: new Map(),
  preset: null,
})

/** A rule without protections or actions does nothing. */
function toRule(rule: NonNullable<MonitorConfig['rules']>[number]): PolicyRule[] {
  const { id, enabled = true, mode = 'enforce', expiresAt = null, note = '' } = rule
  const protections = rule.if?.protections
  const actions = rule.then?.actions ?? []
  if (protections === undefined || actions.length === 0) return []
  return [
    {
      ...(id === undefined ? {} : { id }),
      enabled,
      mode,
      if: { ...rule.if, protections },
      then: { actions },
      expiresAt,
      note,
    },
  ]
}
