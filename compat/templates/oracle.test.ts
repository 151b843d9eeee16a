import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { detect } from '../../packages/protections/src/template-injection/detect.ts'
import { payloadOf, places } from '../../packages/protections/src/template-injection/payloads.ts'
import { install } from './support/install.ts'
import { structureOf } from './support/structure.ts'

beforeAll(install, 120_000)

/** Tags that leave nothing behind: comments, literal signs, nothing between braces. */
const isEmptyTag = (value: string): boolean => /<%[-_=]?[#%]|\$\{\}|<%[-_=]?<?%|%%>|\\\{\{else/.test(value)

describe.each(Object.keys(places))('%s: flagged when, and only when, the engine reads another structure', (engine) => {
  test.each(places[engine as keyof typeof places])('%s', (place) => {
    const meant = structureOf(engine, place.replace('{}', 'x'))
    expect(meant).not.toBe('refused')
    let changed = 0
    fc.assert(
      fc.property(payloadOf(engine as keyof typeof places), (value) => {
        const text = place.replace('{}', () => value)
        const structure = structureOf(engine, text)
        const found = detect({ kind: 'template', engine, text }, [{ source: 'body', path: 'q', value }])
        // What the engine refuses to read does no harm either way.
        if (structure === 'refused' || isEmptyTag(value)) return
        if (structure !== meant) changed += 1
        expect({ value, text, found: found?.reason ?? null }).toMatchObject({
          found: structure === meant ? null : (expect.any(String) as string),
        })
      }),
      { numRuns: 500, seed: 71 },
    )
    expect(changed).toBeGreaterThan(10)
  })
})
