import { createRequire } from 'node:module'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { detect } from '../../packages/protections/src/cross-site-scripting/detect.ts'
import { install } from './support/install.ts'
import { contexts, values, type Context } from './support/pages.ts'

interface Node {
  readonly nodeName: string
  readonly childNodes?: readonly Node[]
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly value?: string
  readonly data?: string
  readonly content?: Node
}

let parse: (html: string) => Node
beforeAll(() => {
  install()
  ;({ parse } = createRequire(import.meta.url)('parse5') as { parse: typeof parse })
})

const readText = (value: string): string => {
  const [html] = parse(`<!DOCTYPE html><textarea>\n${value.replaceAll('<', '&lt;')}`).childNodes?.slice(-1) ?? []
  return html?.childNodes?.at(-1)?.childNodes?.[0]?.childNodes?.[0]?.value ?? ''
}

/** The elements, names of attributes and comments of a page, without what stands in them. */
function structureOf(page: string): string {
  const write = (node: Node): string => {
    if (node.nodeName === '#text') return ''
    const names = (node.attrs ?? []).map(({ name }) => ` ${name}`).join('')
    const children = [...(node.childNodes ?? []), ...(node.content ? [node.content] : [])]
    return `<${node.nodeName}${names}>${children.map(write).join('')}</>`
  }
  return write(parse(page))
}

const pageOf = ({ before, after }: Context, value: string): string => before + value + after
const isFlagged = (page: string, value: string): boolean =>
  detect({ kind: 'html', body: page }, [{ source: 'query', path: 'q', value }]) !== null

/** All of a value stands in one text, comment or attribute: the page holds it as what it is meant to be. */
function isHeld(page: string, value: string): boolean {
  const wanted = value.replace(/\r\n?/g, '\n')
  const read = readText(wanted)
  const holds = (text: string): boolean => text.includes(wanted) || text.includes(read)
  const looksIn = (node: Node): boolean =>
    holds(node.value ?? node.data ?? '') ||
    (node.attrs ?? []).some((attribute) => holds(attribute.value)) ||
    [...(node.childNodes ?? []), ...(node.content ? [node.content] : [])].some(looksIn)
  return looksIn(parse(page))
}

/** Nothing by which a value could be told from what every page has: signs alone, names where the app wants names, and tags without attributes that the page has more of. */
function isTooLittle(context: Context, value: string): boolean {
  if (!/[A-Za-z0-9\u0080-\uffff]/.test(value)) return true
  if (context.says === 'the name of an attribute') return !/.[=>]/.test(value)
  if (context.says === 'CDATA in SVG' && value.includes(']]>')) return true
  const trimmed = value.trim()
  return /^(?:\s*<\/?[a-z]+(?:\/?>|$)\s*)+$/i.test(trimmed) && (context.before + context.after).includes(trimmed)
}

it('what changes the structure of a page is found, and what stands in its place is not', () => {
  const missed: string[] = []
  const alarms: string[] = []
  let changing = 0
  let held = 0
  fc.assert(
    fc.property(values, fc.constantFrom(...contexts), (value, context) => {
      fc.pre(!isTooLittle(context, value))
      const page = pageOf(context, value)
      const changes = structureOf(page) !== structureOf(pageOf(context, 'zq'))
      const flagged = isFlagged(page, value)
      if (changes) {
        changing += 1
        if (!flagged) missed.push(`${context.says}: ${JSON.stringify(value)}`)
      } else if (!context.live && isHeld(page, value)) {
        held += 1
        if (flagged) alarms.push(`${context.says}: ${JSON.stringify(value)}`)
      }
    }),
    { numRuns: 16_000, seed: 5 },
  )
  expect(alarms).toEqual([])
  expect(changing).toBeGreaterThan(3_000)
  expect(held).toBeGreaterThan(8_000)
  expect(missed.length / changing, missed.join('\n')).toBeLessThan(0.006)
})
