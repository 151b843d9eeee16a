import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, type Case } from './cases.ts'
import { detect } from './detect.ts'

const judged = ({ path, base, values }: Omit<Case, 'says'>, source = 'query') =>
  detect(
    { kind: 'file', path, ...(base === undefined ? {} : { base }) },
    values.map((value, index) => ({ source, path: `q[${index}]`, value })),
  )

describe('a value that leads out is found', () => {
  it.each(attacks)('$says: $path', (it) => {
    expect(judged(it)).not.toBeNull()
  })
})

describe('a value that stays is not', () => {
  it.each(benign)('$says: $path', (it) => {
    expect(judged(it)).toBeNull()
  })
})

describe('a finding', () => {
  it('marks the part of the path and of the value', () => {
    const value = '../../etc/passwd'
    expect(judged({ path: `/srv/files/${value}`, values: ['safe', value] })).toMatchObject({
      input: { path: 'q[1]', value },
      inputSpan: { start: 0, end: value.length },
      operationSpan: { start: 11, end: 11 + value.length },
    })
  })

  it('says nothing of the value', () => {
    expect(judged({ path: '/topsecret', base: '/srv', values: ['../topsecret'] })?.reason).not.toContain('topsecret')
  })

  it('does not take a route for a folder of the same name', () => {
    expect(judged({ path: '/data', values: ['/data'] }, 'path')).toBeNull()
    expect(judged({ path: '/data', values: ['/data'] }, 'query')).not.toBeNull()
  })

  it('is what inspect answers', () => {
    const request = { protection: 'PathTraversal', input: { query: { file: '../x' } } }
    expect(inspect({ ...request, operation: { kind: 'file', path: '/srv/files/../x' } })).toMatchObject({
      flagged: true,
      protection: 'PathTraversal',
    })
    expect(inspect({ ...request, operation: { kind: 'file', path: '/srv/x', base: '/srv' } })).toMatchObject({
      flagged: false,
    })
  })
})
