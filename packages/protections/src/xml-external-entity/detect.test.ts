import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, documentOf, laughs, type Case } from './cases.ts'
import { detect } from './detect.ts'

const inputsOf = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))
const judged = (document: string, values: readonly string[], fetches?: Case['fetches']) =>
  detect({ kind: 'xml', document, ...(fetches ? { fetches: [...fetches] } : {}) }, inputsOf(values))

describe('a document that reaches out or grows is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(judged(documentOf(it), ['safe', it.value], it.fetches)).not.toBeNull()
  })
})

describe('a document that does not is not', () => {
  it.each(benign)('$says', (it) => {
    expect(judged(documentOf(it), ['safe', it.value], it.fetches)).toBeNull()
  })
})

describe('whose it is', () => {
  it.each(attacks)('of the app, it raises nothing: $says', (it) => {
    expect(judged(documentOf(it), ['Maya', 'r', '<r/>', 'SYSTEM', '&e;', 'entity'], it.fetches)).toBeNull()
  })

  it('is told when two values make it together', () => {
    const [one, two] = ['<!DOCTYPE r [<!ENTITY e SYS', 'TEM "file:///etc/passwd">]><r>&e;</r>']
    expect(judged(one + two, [one, two])).not.toBeNull()
  })

  it('is told of a value that is longer than what is decoded', () => {
    const document = `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///x">]><r>${'text '.repeat(60_000)}</r>`
    expect(judged(document, [Buffer.from(document).toString('base64')])).not.toBeNull()
    expect(judged(document, [document.slice(0, 262_144)])).not.toBeNull()
  })
})

describe('how far entities grow', () => {
  it.each([
    ['two levels', laughs(2), false],
    ['three levels', laughs(3), false],
    ['four levels', laughs(4), true],
    ['thirty levels of two', laughs(30, 2), true],
    ['five hundred levels of two', laughs(500, 2), true],
    ['five hundred levels of one', laughs(500, 1), false],
  ])('%s', (_, document, found) => {
    expect(judged(document, [document]) !== null).toBe(found)
  })
})

it('nothing that can be sent makes it throw', () => {
  const piece = fc.constantFrom(
    ...['<!DOCTYPE', '<!ENTITY', ' a ', '%', '&a;', '&#37;', '%a;', '"', "'", 'SYSTEM', 'PUBLIC', '[', ']', '>', '<!'],
    ...['<!--', '-->', '<?', '?>', '<![CDATA[', ']]>', '<![', '\0', '\ufeff', '\u3c00', '+ADw-', 'NDATA', '\ud800'],
    ...['http://www.w3.org/2001/XInclude', '<x:include href="', 'file:///a', '&#1114112;', '&#x;', '\n'],
  )
  const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, text, (before, value) => {
      judged(before + value, [value, before])
    }),
    { numRuns: 10_000, seed: 71 },
  )
})

describe('a finding', () => {
  const document = '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///topsecret">]><r/>'

  it('marks the declaration in the document and in the value', () => {
    const finding = judged(document, ['safe', document])
    expect(finding).toMatchObject({ input: { path: '[1]' } })
    for (const span of [finding?.operationSpan, finding?.inputSpan])
      expect(document.slice(span?.start, span?.end)).toBe('<!ENTITY e SYSTEM "file:///topsecret">')
  })

  it('says nothing of the value', () => {
    expect(judged(document, [document])?.reason).not.toContain('topsecret')
  })

  it('is what inspect answers with', () => {
    expect(inspect({ input: { body: document }, operation: { kind: 'xml', document } })).toMatchObject({
      flagged: true,
      protection: 'XmlExternalEntity',
    })
    expect(inspect({ input: '<r/>', operation: { kind: 'xml', document: '<r/>', fetches: [] } })).toMatchObject({
      flagged: false,
    })
  })
})
