import { readEntities } from '../html/entities.ts'

/** Where in a page a value stands that an app may have escaped, or freed of signs. */
export interface Alignment {
  readonly start: number
  readonly end: number
  /** How much of the value, from an index on, stands there. */
  readonly from: number
  readonly to: number
  /** Signs of it were escaped. */
  readonly escaped: boolean
  /** Signs of it are not there. */
  readonly dropped: boolean
  /** Characters that were compared. */
  readonly steps: number
}

const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code > 127
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

const sameInSmall = (one: number, other: number): boolean =>
  one === other || ((one ^ other) === 32 && (one | 32) >= 97 && (one | 32) <= 122)

/** How apps write signs: `&quot;`, `&#x00027;`. */
const longestEntity = 10

/** A sign of the value as the page writes it, from that index on; 0 where it does not stand there. */
function writtenLength(page: string, at: number, sign: number): number {
  const code = page.charCodeAt(at)
  if (code === 38) {
    const written = page.slice(at, at + longestEntity)
    const length = written.indexOf(';') + 1
    return length > 0 && readEntities(written.slice(0, length)) === String.fromCharCode(sign) ? length : 0
  }
  if (code === 92) return escapeLength(page, at, sign)
  if (code === 37) return Number.parseInt(page.slice(at + 1, at + 3), 16) === sign ? 3 : 0
  return 0
}

function escapeLength(page: string, at: number, sign: number): number {
  const next = page.charCodeAt(at + 1)
  if (next === sign) return 2
  if (next === 117) return Number.parseInt(page.slice(at + 2, at + 6), 16) === sign ? 6 : 0
  if (next === 120) return Number.parseInt(page.slice(at + 2, at + 4), 16) === sign ? 4 : 0
  return (next === 110 && sign === 10) || (next === 116 && sign === 9) || (next === 114 && sign === 13) ? 2 : 0
}

/** The same, read backwards from an end. */
function writtenLengthBefore(page: string, end: number, sign: number): number {
  if (page.charCodeAt(end - 1) === 59) {
    const written = page.slice(Math.max(0, end - longestEntity), end)
    const at = written.lastIndexOf('&')
    const length = written.length - at
    return at !== -1 && writtenLength(page, end - length, sign) === length ? length : 0
  }
  for (const length of [3, 6, 4]) {
    const code = page.charCodeAt(end - length)
    if ((code === 37 || code === 92) && writtenLength(page, end - length, sign) === length) return length
  }
  return 0
}

/** @param anchor where in the value, and where in the page, the same word stands */
export function align(
  form: string,
  page: string,
  anchor: { readonly at: number; readonly found: number; readonly length: number },
): Alignment {
  const after = alignAfter(form, page, anchor.at + anchor.length, anchor.found + anchor.length)
  const before = alignBefore(form, page, anchor.at, anchor.found)
  return {
    start: before.page,
    end: after.page,
    from: before.form,
    to: after.form,
    escaped: before.escaped || after.escaped,
    dropped: before.dropped || after.dropped,
    steps: after.form - before.form + 8,
  }
}

interface Edge {
  readonly form: number
  readonly page: number
  readonly escaped: boolean
  readonly dropped: boolean
}

function alignAfter(form: string, page: string, formStart: number, pageStart: number): Edge {
  let at = formStart
  let found = pageStart
  let escaped = false
  let dropped = false
  // Signs that are not there count only when more of the value follows, or when the value ends.
  let kept = at
  while (at < form.length) {
    const code = form.charCodeAt(at)
    if (sameInSmall(code, page.charCodeAt(found))) {
      at += 1
      found += 1
      kept = at
      continue
    }
    const length = isWord(code) && code < 128 ? 0 : writtenLength(page, found, code)
    if (length > 0) {
      escaped = true
      at += 1
      found += length
      kept = at
    } else if (isSpace(code) && at > 0 && isSpace(page.charCodeAt(found))) {
      at += 1
      found += 1
      while (isSpace(form.charCodeAt(at))) at += 1
      while (isSpace(page.charCodeAt(found))) found += 1
    } else if (isWord(code)) return { form: kept, page: found, escaped, dropped }
    else {
      dropped = true
      at += 1
    }
  }
  return { form: at, page: found, escaped, dropped }
}

function alignBefore(form: string, page: string, formEnd: number, pageEnd: number): Edge {
  let at = formEnd
  let found = pageEnd
  let escaped = false
  let dropped = false
  let kept = at
  while (at > 0) {
    const code = form.charCodeAt(at - 1)
    if (found > 0 && sameInSmall(code, page.charCodeAt(found - 1))) {
      at -= 1
      found -= 1
      if (!isWord(code) && page.charCodeAt(found - 1) === 92 && form.charCodeAt(at - 1) !== 92) {
        escaped = true
        found -= 1
      }
      kept = at
      continue
    }
    const length = isWord(code) && code < 128 ? 0 : writtenLengthBefore(page, found, code)
    if (length > 0) {
      escaped = true
      at -= 1
      found -= length
      kept = at
    } else if (isSpace(code) && isSpace(page.charCodeAt(found - 1))) {
      at -= 1
      found -= 1
      while (at > 0 && isSpace(form.charCodeAt(at - 1))) at -= 1
      while (found > 0 && isSpace(page.charCodeAt(found - 1))) found -= 1
    } else if (isWord(code)) return { form: kept, page: found, escaped, dropped }
    else {
      dropped = true
      at -= 1
    }
  }
  return { form: at, page: found, escaped, dropped }
}
