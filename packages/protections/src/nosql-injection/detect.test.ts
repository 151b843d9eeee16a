import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, type Case } from './cases.ts'
import { detect } from './detect.ts'
import { asTheSdkSees } from './sdk-inputs.ts'

const settings = { allowedOperators: [] }
const inSdk = (it: Case) => detect({ kind: 'nosql', filter: it.filter }, asTheSdkSees(it.request), settings)
const inInspect = (it: Case) => inspect({ input: it.request, operation: { kind: 'nosql', filter: it.filter } })

describe('an operator from the client is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(inSdk(it)).not.toBeNull()
    expect(inInspect(it)).toMatchObject({ flagged: true, protection: 'NoSqlInjection' })
  })
})

describe('a value that stays a value is not', () => {
  it.each(benign)('$says', (it) => {
    expect(inSdk(it)).toBeNull()
    expect(inInspect(it)).toMatchObject({ flagged: false })
  })
})
