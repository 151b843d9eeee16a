import { expect, test } from 'vitest'
import type * as published from '../types/index.d.ts'
import * as actual from './index.ts'

test('what is published is what there is', () => {
  // The compiler holds one against the other: what apps call, and what they are given back.
  const sdk: Pick<typeof published, 'explainConfiguration'> & { readonly monitor: published.Monitor } = actual
  const status: published.MonitorStatus = actual.monitor.status()
  const explained: readonly published.Explanation[] = actual.monitor.explain()
  const handler: actual.ThreatHandler = (threat, tools) => {
    const told: published.Threat = threat
    const given: published.ThreatTools = tools
    return [told, given]
  }
  const given: actual.StartOptions = { preset: 'shadow' }
  const options: published.StartOptions = given
  const started: actual.StartOptions = options
  expect(Object.keys(actual).sort()).toEqual(['BlockedError', 'explainConfiguration', 'monitor'])
  expect([sdk.monitor, status.state, explained.length > 0, typeof handler, options, started]).toHaveLength(6)
})
