/** One script as an app builds it, with `{}` where it puts the value. */
export interface Case {
  readonly says: string
  readonly script: string
  readonly value: string
  /** What the app puts into the script; absent: the value as it came. */
  readonly used?: string
}

const whole = '{}'
const formula = 'return total * {} + 1'
const greeting = 'const name = "{}"; hello(name)'
const single = "hello('{}')"
const template = 'const text = `Hello {}, welcome`; send(text)'
const property = 'data.{}'

/** The value becomes code. */
export const attacks: readonly Case[] = [
  { says: 'the whole script', script: whole, value: "require('child_process').exec('id')" },
  { says: 'the whole script, a call', script: whole, value: 'process.exit()' },
  { says: 'the whole script, an object that leads out', script: whole, value: 'process' },
  { says: 'in parentheses, as for JSON', script: '({})', value: '{"a": process.env}' },
  { says: 'JSON with a call', script: '({})', value: '{"a": (() => 1)()}' },
  { says: 'JSON with a prototype', script: '({})', value: '{"__proto__": {"admin": true}}' },
  { says: 'a formula with a call', script: formula, value: 'f(1)' },
  { says: 'a formula and a statement', script: formula, value: '1; process.exit()' },
  { says: 'a second operand', script: 'price > {}', value: '0 || true' },
  { says: 'a comma', script: formula, value: '1, shutdown()' },
  { says: 'a function that calls itself', script: formula, value: '(function () { while (true) {} })()' },
  { says: 'an arrow', script: formula, value: '(() => secrets)()' },
  { says: 'an assignment', script: formula, value: 'total = 0' },
  { says: 'a loop', script: '{ {} }', value: 'while(1);' },
  { says: 'a comment that takes the rest', script: formula, value: '1 //' },
  { says: 'a string that is closed', script: greeting, value: '"; process.exit(); "' },
  { says: 'a string that is joined', script: greeting, value: '" + process.env.SECRET + "' },
  { says: 'a string that is closed, the rest commented out', script: greeting, value: '"; f() //' },
  { says: 'a call that is closed', script: single, value: "'); f('" },
  { says: 'a conditional', script: single, value: "' ? a : '" },
  { says: 'signs only', script: single, value: "'+'" },
  { says: 'a lone quote that breaks the script', script: single, value: "it's" },
  { says: 'a backslash that takes the quote', script: "f('{}', '{}')", value: ', g());\\' },
  { says: 'a substitution', script: template, value: '${process.env.SECRET}' },
  { says: 'a substitution in a substitution', script: template, value: '${`${f()}`}' },
  { says: 'a template that is closed', script: template, value: '` + f() + `' },
  { says: 'a regular expression that is closed', script: 'return /^{}$/.test(x)', value: 'a/.test(f()) || /b' },
  { says: 'a comment that is closed', script: '/* {} */ run()', value: '*/ f() /*' },
  { says: 'a line comment that is left', script: '// {}\nrun()', value: 'x\nf()' },
  { says: 'the same with another line end', script: '// {}\nrun()', value: 'x\u2028f()' },
  { says: 'a path that leads out', script: property, value: 'constructor.constructor' },
  { says: 'a path through this', script: whole, value: 'this.constructor.constructor' },
  { says: 'a path through this, escaped', script: property, value: 'this.\\u0063onstructor' },
  { says: 'a path in brackets', script: property, value: 'a["constructor"]' },
  { says: 'a path with escapes', script: property, value: 'a.c\\u006fnstructor' },
  { says: 'a computed path', script: property, value: 'a[b]' },
  { says: 'a tagged template', script: formula, value: 'f`1`' },
  { says: 'signs that say everything', script: whole, value: '[][(![]+[])[+[]]+([![]]+[][[]])[+!+[]+[+[]]]]' },
  { says: 'an import', script: formula, value: "import('fs')" },
  { says: 'a getter in an object', script: '({})', value: '{get a() { return 1 }}' },
  { says: 'a throw', script: '{ {} }', value: 'throw secrets' },
  { says: 'decoded from a URL', script: formula, value: '1%3B%20f%28%29', used: '1; f()' },
  { says: 'decoded from base64', script: formula, value: 'cHJvY2Vzcy5leGl0KCk=', used: 'process.exit()' },
  { says: 'taken out of JSON', script: formula, value: '{"formula":"process.exit()"}', used: 'process.exit()' },
  { says: 'white space changed', script: formula, value: ' process . exit (  ) ', used: 'process.exit()' },
  { says: 'in small letters', script: formula, value: 'Process.Exit()', used: 'process.exit()' },
  { says: 'cut off', script: formula, value: 'process.exit(1) + something.more()', used: 'process.exit(1) + some' },
  { says: 'quotes taken away', script: formula, value: "fetchIt('secret')", used: 'fetchIt(secret)' },
  {
    says: 'quotes escaped, the backslash not',
    script: single,
    value: "\\'); f(secrets) //",
    used: "\\\\'); f(secrets) //",
  },
]

const json = JSON.stringify

/** The value stays data. */
export const benign: readonly Case[] = [
  { says: 'a number', script: formula, value: '42' },
  { says: 'a negative number', script: formula, value: '-4.2e1' },
  { says: 'a sum', script: formula, value: '2 * (3 + 4)' },
  { says: 'a name', script: property, value: 'price' },
  { says: 'a path', script: property, value: 'price.amount' },
  { says: 'a path as the whole script', script: whole, value: 'order.items[0].price' },
  { says: 'a path with a quoted name', script: property, value: "a['b c']" },
  { says: 'a path from this', script: 'return {} > 5', value: 'this.price' },
  { says: 'a word', script: greeting, value: 'Maya' },
  { says: 'words', script: greeting, value: 'return to sender; process' },
  { says: 'an apostrophe in double quotes', script: greeting, value: "O'Brien" },
  { says: 'escaped by JSON', script: 'hello({})', value: 'a"; f() //', used: json('a"; f() //') },
  { says: 'escaped by a backslash', script: single, value: "O'Brien; f()", used: "O\\'Brien; f()" },
  { says: 'a line break, escaped', script: 'hello({})', value: 'a\nb();', used: json('a\nb();') },
  { says: 'JSON', script: '({})', value: '{"a": [1, true, null, {"b": "c()"}]}' },
  { says: 'JSON as the whole script', script: whole, value: '[1, 2, {"a": "b"}]' },
  { says: 'a string as the whole script', script: whole, value: '"process.exit()"' },
  { says: 'a list of arguments', script: 'Math.max({})', value: '1, 2,-3' },
  { says: 'a literal with its quotes', script: formula, value: "'abc'" },
  { says: 'text in a template', script: template, value: 'you owe $5 {really}' },
  { says: 'text in a template, escaped', script: template, value: '${a()} `b`', used: '\\${a()} \\`b\\`' },
  { says: 'text in a comment', script: '/* {} */ run()', value: 'GET /a?b=c() // x' },
  { says: 'text in a regular expression', script: 'return /^{}$/.test(x)', value: 'a.b(c)' },
  { says: 'handed in beside the script', script: 'return total + 1', value: 'process.exit()', used: '' },
  { says: 'words of the script', script: 'const total = price * 2; return total', value: 'return', used: '' },
  { says: 'the same text as data and as code', script: 'if (price > limit) note("{}")', value: 'price > limit' },
  { says: 'letters beyond ASCII', script: greeting, value: '日本語 naïve 🙂' },
  { says: 'a signed number in an object', script: 'run({ a: {} })', value: '-1' },
]

/** The script and the value of a case, as a detector gets them. */
export const caseText = ({ script, value, used }: Case): string =>
  script === '({})' ? `(${used ?? value})` : script.replaceAll('{}', () => used ?? value)
