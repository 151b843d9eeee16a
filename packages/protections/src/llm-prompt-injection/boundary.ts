import type { Hit } from '../prompt/hit.ts'

/** How far around a value the app's own marks are looked for. */
const around = 4_000
const closer = /<\/([a-z][\w-]{1,40})\s*>/gi
const fences = ['```', '"""', "'''", '~~~', '<<<', '>>>', '---', '===', '###', '***'] as const
const mostClosers = 40

/**
 * Where a value ends what the app put around it, a tag or a fence, and goes on: what follows reads as the app's own words.
 * @returns hits with places in the value
 */
export function readBoundary(text: string, start: number, end: number): Hit[] {
  const inside = text.slice(start, end)
  const before = text.slice(Math.max(0, start - around), start)
  const after = text.slice(end, end + around)
  return [...tagsEnded(inside, before.toLowerCase(), after.toLowerCase()), ...fencesEnded(inside, before, after)]
}

const goesOn = (rest: string): boolean => /\p{L}{2,}[^\p{L}]+\p{L}{2,}|[\u3040-\u9fff]{4}/u.test(rest.slice(0, 400))

function tagsEnded(inside: string, before: string, after: string): Hit[] {
  const hits: Hit[] = []
  if (!before.includes('<')) return hits
  const lower = inside.toLowerCase()
  let seen = 0
  for (const match of inside.matchAll(closer)) {
    if ((seen += 1) > mostClosers) break
    const tag = (match[1] ?? '').toLowerCase()
    const opened = before.lastIndexOf(`<${tag}`)
    if (opened === -1 || before.indexOf(`</${tag}`, opened) !== -1 || !after.includes(`</${tag}`)) continue
    const ownAt = lower.indexOf(`<${tag}`)
    if (ownAt !== -1 && ownAt < match.index) continue
    const last = match.index + match[0].length
    hits.push({ feature: 'boundary', weight: goesOn(inside.slice(last)) ? 0.72 : 0.5, start: match.index, end: last })
  }
  return hits
}

function fencesEnded(inside: string, before: string, after: string): Hit[] {
  for (const fence of fences) {
    const at = inside.indexOf(fence)
    if (at === -1 || !after.trimStart().startsWith(fence) || before.split(fence).length % 2 === 1) continue
    // A value that opens and closes fences of its own, as code in Markdown does, ends nothing.
    const rest = inside.slice(at + fence.length)
    const isPaired = inside.split(fence).length % 2 === 1
    if (!goesOn(rest)) continue
    return [{ feature: 'boundary', weight: isPaired ? 0.3 : 0.5, start: at, end: at + fence.length }]
  }
  return []
}
