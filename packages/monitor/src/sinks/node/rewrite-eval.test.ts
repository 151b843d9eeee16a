import { expect, test } from 'vitest'
import { guardName as g, rewriteEval } from './rewrite-eval.ts'

test.each([
  ['a call', 'const x = eval(code)', `const x = eval(${g}(code))`],
  ['a call whose argument has calls', 'eval(a(b, [c]) + ")")', `eval(${g}(a(b, [c]) + ")"))`],
  ['a second argument, which eval ignores', 'eval(a, b)', `eval(${g}(a, b))`],
  ['a call in another', 'eval(eval(a))', `eval(${g}(eval(${g}(a))))`],
  ['an indirect call', '(0, eval)(code)', `(0, ${g}.eval)(code)`],
  ['a call after a comment', '/* eval(x) */ eval(y) // eval(z)', `/* eval(x) */ eval(${g}(y)) // eval(z)`],
])('%s is looked at', (_, source, expected) => {
  expect(rewriteEval(source)).toBe(expected)
})

test.each([
  ['a text', '"eval(x)"'],
  ['a comment', '// eval(x)'],
  ['a regular expression', '/eval(x)/.test(y)'],
  ['a method', 'client.eval(script)'],
  ['a method behind a question', 'client?.eval(script)'],
  ['a property', 'const redis = { eval: 1 }'],
  ['no argument', 'eval()'],
  ['another name', 'evaluate(x)'],
  ['many at once', 'eval(...parts)'],
])('%s stays as it is', (_, source) => {
  expect(rewriteEval(source)).toBeNull()
})
