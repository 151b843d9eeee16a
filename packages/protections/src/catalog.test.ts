import { describe, expect, it } from 'vitest'
import { protections } from './catalog.ts'
import { plannedProtections } from './planned.ts'
import { protectionSpecs } from './specs.ts'

describe('the catalog', () => {
  it('and the specs that the control plane reads are the same list', () => {
    expect(protectionSpecs).toEqual(protections.map((protection) => protection.spec))
  })

  it('names nothing twice, and nothing that is planned', () => {
    const ids: string[] = [...protections.map((protection) => protection.spec.id), ...Object.keys(plannedProtections)]
    expect(new Set(ids).size).toBe(ids.length)
  })
})
