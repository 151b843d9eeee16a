const whitespace = /[ \t\r\n]*/y
const scalar =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const name = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

type Expectation = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end'

/**
 * Where a text stops being JSON: JSON.parse says so only sometimes.
 * @returns line and column, from 1; null when the text is JSON
 */
export function findJsonError(text: string): { line: number; column: number } | null {
  const open: ('{' | '[')[] = []
  let expected: Expectation = 'value'
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at += found[0].length
    return found !== null
  }
  for (;;) {
    take(whitespace)
    const char = text.charAt(at)
    if (expected === 'comma or end' && open.length === 0) return at === text.length ? null : place(text, at)
    if ((expected === 'value or ]' && char === ']') || (expected === 'name or }' && char === '}')) {
      open.pop()
      at += 1
      expected = 'comma or end'
    } else if (expected === 'name' || expected === 'name or }') {
      if (!take(name)) return place(text, at)
      expected = 'colon'
    } else if (expected === 'colon') {
      if (char !== ':') return place(text, at)
      at += 1
      expected = 'value'
    } else if (expected === 'comma or end') {
      const inside = open.at(-1)
      if (char === ',') expected = inside === '{' ? 'name' : 'value'
      else if (char === (inside === '{' ? '}' : ']')) open.pop()
      else return place(text, at)
      at += 1
    } else if (char === '{' || char === '[') {
      open.push(char)
      at += 1
      expected = char === '{' ? 'name or }' : 'value or ]'
    } else if (take(scalar)) expected = 'comma or end'
    else return place(text, at)
  }
}

function place(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
