import { protections, type Protection } from '@riposte/protections/catalog'
import { expect, test } from 'vitest'
import { cutAround, makeIncident } from './incident.ts'

const [protection] = protections as readonly Protection[]

const incidentOf = (filter: unknown): string =>
  makeIncident({
    spec: (protection as Protection).spec,
    finding: {
      confidence: 1,
      reason: 'A test.',
      input: { source: 'query', path: 'q', value: 'v' },
      inputSpan: null,
      operationSpan: null,
    },
    operation: { kind: 'nosql', filter },
    decision: { wouldHave: [], source: 'default', ruleIds: [], shadowRuleIds: [] },
    carriedOut: ['log'],
    request: null,
    environment: 'production',
    appVersion: null,
    revision: null,
    now: 0,
    stack: [],
    metadata: {},
  }).operation.text

const cyclic: Record<string, unknown> = { a: 1 }
cyclic['self'] = cyclic

test.each([
  ['a large number', { n: 10n ** 20n }, '{"n":"100000000000000000000n"}'],
  ['itself', cyclic, '{"a":1,"self":"…"}'],
  [
    'a property that throws',
    {
      get a() {
        throw new Error('no')
      },
    },
    '(cannot be shown)',
  ],
  ['nothing', undefined, ''],
])('a filter that holds %s costs no incident', (_, filter, text) => {
  expect(incidentOf(filter)).toBe(text)
})

test('a long text is cut around the part that matters', () => {
  const { text, span } = cutAround(`${'a'.repeat(5_000)}EVIL${'b'.repeat(5_000)}`, { start: 5_000, end: 5_004 }, 100)
  expect(text).toHaveLength(100)
  expect(span && text.slice(span.start, span.end)).toBe('EVIL')
})
