import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { Recent } from '../text/recent.ts'
import { judge, occurrences, type Verdict } from './judge.ts'
import { analyse, analyseJoined, type Lead } from './lead.ts'
import { locate, withSlashes } from './location.ts'
import { pathForms } from './path-forms.ts'
import { leavesBase, readTarget, type Target } from './target.ts'

/**
 * Decides by where the path leads, not by what it looks like: with a base, whether it leaves that folder; without, whether a value's
 * own `..` climbs above what the app had put before it, or a value names the file from the root.
 */
export function detect(operation: OperationOf<'file'>, inputs: readonly Input[]): Finding | null {
  const target = readTarget(operation.path, operation.base)
  if (!target) return null
  const nul = target.nul ? findNul(inputs) : null
  if (nul) return nul
  if (target.base && !leavesBase(target)) return null
  return findSingle(target, inputs) ?? findBeside(target, inputs) ?? findJoined(target, inputs)
}

/** Apps never write a NUL themselves, and it ends the name for whatever is written in C. */
function findNul(inputs: readonly Input[]): Finding | null {
  const input = inputs.find(({ value }) => analyse(value).nul || holdsEncodedNul(value))
  const reason = 'A value from the request put a NUL character into a path.'
  return input ? { confidence: 0.95, reason, input, inputSpan: null, operationSpan: null } : null
}

function holdsEncodedNul(value: string): boolean {
  const text = value.trim()
  if (text.length > longestEncoded || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(text)
  return Buffer.from(text, 'base64').includes(0) || (isHex && Buffer.from(text, 'hex').includes(0))
}

const longestEncoded = 65_536

function findSingle(target: Target, inputs: readonly Input[]): Finding | null {
  let likely: Finding | null = null
  let budget = workBudget
  for (const input of inputs) {
    const { leads, dotted } = analyse(input.value)
    if (leads.length === 0) continue
    const covered = target.lower.includes('..') ? dotted.flatMap((text) => occurrences(target.lower, text)) : []
    for (const lead of leads) {
      budget -= target.text.length * 4 + 64
      const verdict = judge(target, lead, { byChance: input.source === 'path' || input.source === 'headers', covered })
      if (verdict && verdict.confidence >= 0.9) return toFinding(target, input, verdict)
      if (verdict && verdict.confidence > (likely?.confidence ?? 0)) likely = toFinding(target, input, verdict)
    }
    if (budget < 0) break
  }
  return likely ?? findSibling(target, inputs) ?? findWhole(target, inputs)
}

/** For all values together, in characters compared; only a hostile request comes near. */
const workBudget = 500_000_000

/** `/srv/files` + `-old/a.txt`, or `a/..` + `.txt`: nobody climbs, yet the folder is another one. */
function findSibling({ base, lower }: Target, inputs: readonly Input[]): Finding | null {
  if (!base || base.names.length === 0) return null
  const folder = `/${base.names.join('/')}`.toLowerCase()
  const at = lower.indexOf(folder)
  const rest = at === -1 ? '' : lower.slice(at + folder.length)
  if (rest === '' || rest.startsWith('/')) return null
  const input = inputs.find(
    ({ value }) => (value.length > 1 && rest === withSlashes(value.trim()).toLowerCase()) || analyse(value).returns,
  )
  const reason = 'A value from the request changes the name of the folder that the app meant.'
  return input ? { confidence: 0.8, reason, input, inputSpan: null, operationSpan: null } : null
}

/** `dir + '/' + file` with an empty `dir` begins at the root. */
function findWhole({ base, place, lower }: Target, inputs: readonly Input[]): Finding | null {
  if (!base || place.root === '') return null
  const rest = lower.replace(/^(?:[a-z]:)?\/+/, '')
  const input = inputs.find(
    ({ value }) =>
      value.length <= longestPart &&
      (rest === '' ? analyse(value).returns : formsOf(value).some((form) => isSameFile(form, rest))),
  )
  const reason = 'A value from the request became a path from the root of the file system.'
  return input ? { confidence: 0.8, reason, input, inputSpan: null, operationSpan: null } : null
}

/** A client's headers come with each of its requests. */
const known = new Recent<readonly string[]>(1_024)

const formsOf = (value: string): readonly string[] =>
  known.get(value, () => pathForms(value).map(({ text }) => withSlashes(text).toLowerCase()))

const isSameFile = (form: string, rest: string): boolean =>
  form !== '' && (form === rest || locate(form).names.join('/') === rest)

const mostBeside = 64

/** Two values put side by side that make a `..` of two halves. */
function findBeside(target: Target, inputs: readonly Input[]): Finding | null {
  const ends = inputs
    .flatMap((input) => analyse(input.value).ends.map((text) => ({ input, text })))
    .slice(0, mostBeside)
  if (ends.length === 0) return null
  const begins = inputs
    .flatMap((input) => analyse(input.value).begins.map((text) => ({ input, text })))
    .slice(0, mostBeside)
  for (const first of ends) {
    for (const second of begins) {
      if (first.input === second.input) continue
      for (const lead of analyseJoined(first.text, second.text).leads) {
        const verdict = judge(target, lead, { byChance: false, covered: [] })
        if (verdict && verdict.confidence > 0.6) return toFinding(target, second.input, verdict)
      }
    }
  }
  return null
}

const mostJoined = 256
const mostFirsts = 24
const tooMany = 'The path leaves the folder that the app meant, and many values of the request climb out of theirs.'

/** `..` from one value and the rest of the path from another, resolved before it came here. */
function findJoined(target: Target, inputs: readonly Input[]): Finding | null {
  const firsts = inputs.flatMap((input) => {
    const leads = analyse(input.value).leads.filter(canGoOn)
    return leads.map((lead) => ({ input, lead }))
  })
  if (firsts.length === 0) return null
  // Nobody sends so many by chance, and their pairs are too many to try.
  const first = firsts[mostFirsts]
  if (target.base && first) return toFinding(target, first.input, { confidence: 0.8, reason: tooMany, span: null })
  const seconds = inputs
    .slice(0, mostJoined)
    .flatMap((input) => partsOf(target, input).map((text) => ({ input, text })))
  for (const first of firsts.slice(0, mostFirsts)) {
    for (const second of seconds.slice(0, mostJoined)) {
      if (first.input === second.input) continue
      for (const glue of ['/', '']) {
        for (const lead of analyseJoined(first.lead.text + glue, second.text).leads) {
          const verdict = judge(target, lead, { byChance: false, covered: [] })
          if (verdict) return toFinding(target, first.input, verdict)
        }
      }
    }
  }
  return null
}

/** The forms of a value that could go on from another: they stand in the path, or turn back on the way. */
function partsOf({ lower }: Target, { value }: Input): string[] {
  if (value.length > longestPart) return []
  return formsOf(value).filter((part) => {
    const plain = part.replace(/^[./]+/, '')
    return part.includes('..') || (plain !== '' && lower.includes(plain))
  })
}

const longestPart = 4_096

const canGoOn = ({ made, relative, absolute }: Lead): boolean =>
  made !== 'piece' && (relative.up > 0 || (absolute !== null && absolute.names.length > 0))

function toFinding(target: Target, input: Input, { confidence, reason, span }: Verdict): Finding {
  const part = span ? target.text.slice(span.start, span.end) : ''
  const at = part === '' ? -1 : input.value.indexOf(part)
  return {
    confidence,
    reason,
    input,
    inputSpan: at === -1 ? null : { start: at, end: at + part.length },
    operationSpan: span,
  }
}
