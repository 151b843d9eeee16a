import type { ActionId } from '@riposte/contract/wire'
import { expect, test } from 'vitest'
import { decide, isOn, type Facts, type Layer, type PolicyRule } from './policy.ts'

const facts: Facts = {
  protection: 'SqlInjection',
  severity: 'high',
  confidence: 0.8,
  environment: 'production',
  method: 'GET',
  path: '/api/orders/7',
  now: Date.parse('2026-06-01T00:00:00Z'),
}

const rule = (actions: ActionId[], change: Partial<PolicyRule> = {}): PolicyRule => ({
  id: `rule-${actions.join('-')}`,
  enabled: true,
  mode: 'enforce',
  if: { protections: ['SqlInjection'] },
  then: { actions },
  expiresAt: null,
  note: '',
  ...change,
})
const layer = (source: Layer['source'], change: Partial<Layer> = {}): Layer => ({
  source,
  rules: [],
  protections: new Map(),
  preset: null,
  ...change,
})
const entry = (actions: ActionId[]) => new Map([['SqlInjection', { actions }]])

const cases: readonly { name: string; layers: Layer[]; actions: ActionId[]; source: string; wouldHave?: ActionId[] }[] =
  [
    { name: 'nobody says anything: the default', layers: [], actions: ['block'], source: 'default' },
    { name: 'code', layers: [layer('code', { protections: entry(['log']) })], actions: ['log'], source: 'code' },
    {
      name: 'file over code',
      layers: [layer('file', { protections: entry(['block']) }), layer('code', { protections: entry(['log']) })],
      actions: ['block'],
      source: 'file',
    },
    {
      name: 'console over file',
      layers: [layer('console', { rules: [rule(['log'])] }), layer('file', { protections: entry(['block']) })],
      actions: ['log'],
      source: 'console',
    },
    {
      name: 'matching rules unite, in the fixed order',
      layers: [layer('console', { rules: [rule(['block']), rule(['log']), rule(['block_ip'])] })],
      actions: ['log', 'block_ip', 'block'],
      source: 'console',
    },
    {
      name: 'a rule of another protection leaves the file',
      layers: [
        layer('console', { rules: [rule(['log'], { if: { protections: ['PathTraversal'] } })] }),
        layer('file', { protections: entry(['block']) }),
      ],
      actions: ['block'],
      source: 'file',
    },
    {
      name: 'a disabled rule',
      layers: [layer('console', { rules: [rule(['log'], { enabled: false })] })],
      actions: ['block'],
      source: 'default',
    },
    {
      name: 'an expired rule',
      layers: [layer('console', { rules: [rule(['log'], { expiresAt: '2026-06-01T00:00:00Z' })] })],
      actions: ['block'],
      source: 'default',
    },
    {
      name: 'a rule that expires a millisecond later',
      layers: [layer('console', { rules: [rule(['log'], { expiresAt: '2026-06-01T00:00:00.001Z' })] })],
      actions: ['log'],
      source: 'console',
    },
    {
      name: 'a shadow rule only annotates',
      layers: [
        layer('console', { rules: [rule(['block', 'block_ip'], { mode: 'shadow' })] }),
        layer('file', { protections: entry(['log']) }),
      ],
      actions: ['log'],
      source: 'file',
      wouldHave: ['block_ip', 'block'],
    },
    {
      name: 'none is quiet and says what would have been',
      layers: [layer('file', { protections: entry(['none']) })],
      actions: ['none'],
      source: 'file',
      wouldHave: ['block'],
    },
    {
      name: 'a preset is the lowest of its own source',
      layers: [layer('file', { preset: ['none'], protections: entry(['log']) })],
      actions: ['log'],
      source: 'file',
    },
    {
      name: "the file's preset is above code",
      layers: [layer('file', { preset: ['none'] }), layer('code', { protections: entry(['block']) })],
      actions: ['none'],
      source: 'file',
      wouldHave: ['block'],
    },
    {
      name: "a rule in the file is above the file's entry",
      layers: [layer('file', { rules: [rule(['log'])], protections: entry(['block']) })],
      actions: ['log'],
      source: 'file',
    },
  ]

for (const { name, layers, actions, source, wouldHave = [] } of cases) {
  test(`priority: ${name}`, () => {
    expect(decide(layers, facts, 'block')).toMatchObject({ actions, source, wouldHave })
  })
}

const conditions: readonly { name: string; if: Partial<PolicyRule['if']>; matches: boolean }[] = [
  { name: 'any protection', if: { protections: 'any' }, matches: true },
  { name: 'severity at least its own', if: { severityAtLeast: 'high' }, matches: true },
  { name: 'severity at least a worse one', if: { severityAtLeast: 'critical' }, matches: false },
  { name: 'confidence at least its own', if: { confidenceAtLeast: 0.8 }, matches: true },
  { name: 'confidence just above', if: { confidenceAtLeast: 0.81 }, matches: false },
  { name: 'its environment among others', if: { environments: ['staging', 'production'] }, matches: true },
  { name: 'another environment', if: { environments: ['staging'] }, matches: false },
  { name: 'its path', if: { route: '/api/**' }, matches: true },
  { name: 'a star that may not cross a slash', if: { route: '/api/*' }, matches: false },
  { name: 'its method', if: { methods: ['GET', 'POST'] }, matches: true },
  { name: 'another method', if: { methods: ['POST'] }, matches: false },
]
for (const { name, if: condition, matches } of conditions) {
  test(`a rule's condition: ${name} ${matches ? 'holds' : 'does not hold'}`, () => {
    const layers = [
      layer('console', { rules: [rule(['log'], { if: { protections: ['SqlInjection'], ...condition } })] }),
    ]
    expect(decide(layers, facts, 'block').source).toBe(matches ? 'console' : 'default')
  })
}

test('a protection is on unless the strongest source that speaks of it says no; a console rule that names it turns it on', () => {
  const off = (source: Layer['source']) =>
    layer(source, { protections: new Map([['SqlInjection', { enabled: false }]]) })
  const on = (source: Layer['source']) => layer(source, { protections: new Map([['SqlInjection', { enabled: true }]]) })
  expect(isOn([], { id: 'SqlInjection' })).toBe(true)
  expect(isOn([off('code')], { id: 'SqlInjection' })).toBe(false)
  expect(isOn([on('file'), off('code')], { id: 'SqlInjection' })).toBe(true)
  expect(isOn([layer('console', { rules: [rule(['log'])] }), off('file')], { id: 'SqlInjection' })).toBe(true)
  expect(
    isOn([layer('console', { rules: [rule(['log'], { if: { protections: 'any' } })] }), off('file')], {
      id: 'SqlInjection',
    }),
  ).toBe(false)
})
