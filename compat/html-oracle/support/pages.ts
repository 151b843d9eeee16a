import fc from 'fast-check'

/** Where a value stands in a page: what is before it and behind it. */
export interface Context {
  readonly says: string
  readonly before: string
  readonly after: string
  /** The value may do something there without a change of the page's structure. */
  readonly live?: boolean
}

const context = (says: string, before: string, after: string, live = false): Context => ({ says, before, after, live })

export const contexts: readonly Context[] = [
  context('text', '<p>Hello ', ', welcome</p>'),
  context('text alone', '<div>', '</div>'),
  context('a cell', '<table><tr><td>', '</td></tr></table>'),
  context('a list', '<ul><li>One<li>', '</ul>'),
  context('an option', '<datalist><option>', '</option></datalist>'),
  context('no element', '', ''),
  context('the title', '<!DOCTYPE html><html><head><title>', ' - Shop</title></head><body><p>x</p></body></html>'),
  context('a text area', '<form><textarea name="t" rows=3>', '</textarea><input type="submit"></form>'),
  context('a value in double quotes', '<input type="text" name="q" value="', '"><p>More</p>'),
  context('a value in single quotes', "<input type='text' value='", "' class='wide'><p>More</p>"),
  context('a value without quotes', '<input type=text value=', ' name=q><p>More</p>'),
  context('a value without quotes, last', '<p id=', '>Text</p>'),
  context('part of a value', '<div class="row ', ' wide"><b>x</b></div>'),
  context('part of a value without quotes', '<div class=row-', ' id=a><b>x</b></div>'),
  context('a label', '<img alt="', '" src="/a.png"><p>t</p>'),
  context('a comment', '<p>a</p><!-- made for ', ' at noon --><p>b</p>'),
  context('a style sheet', '<style>/* ', ' */ p { color: red }</style><p>b</p>', true),
  context('xmp', '<xmp>', '</xmp><p>b</p>'),
  context('a frame', '<iframe>', '</iframe><p>b</p>'),
  context('noscript', '<noscript>', '</noscript><p>b</p>'),
  context('a template', '<template><p>', '</p></template><p>b</p>'),
  context('an image of SVG', '<svg><text>', '</text></svg><p>b</p>'),
  context('a style in SVG', '<svg><style>', '</style></svg><p>b</p>', true),
  context('a title in SVG', '<svg><title>', '</title></svg><p>b</p>'),
  context('a formula', '<math><mi>', '</mi></math><p>b</p>'),
  context('CDATA in SVG', '<svg><desc>x</desc><![CDATA[', ']]></svg><p>b</p>'),
  context('a string of a script', '<script>var name = "', '";</script><p>b</p>', true),
  context('data in a script', '<script type="application/json">{"a":"', '"}</script><p>b</p>'),
  context('an address', '<a href="', '">more</a>', true),
  context('part of an address', '<a href="/search?q=', '">more</a>'),
  context('a handler', `<button onclick="go('`, `')">Go</button>`, true),
  context('a style', '<p style="color: ', '">b</p>', true),
  context('the name of an attribute', '<div ', '>b</div>'),
  context('behind a closed element', '<p>a</p>', '<p>b</p>'),
]

const words = ['hello', 'a', 'x1', 'Brien', '3', 'naïve', '日本', 'price', 'onclick', 'script', 'kite', 'svg']
const signs = [
  '<',
  '>',
  '"',
  "'",
  '`',
  '=',
  ' ',
  '/',
  '&',
  ';',
  '(',
  ')',
  '-',
  '--',
  '!',
  '?',
  '\\',
  '\n',
  '\t',
  '#',
  '%',
  '{',
  '}',
  ':',
  ',',
]
const markup = [
  ...[
    '<b>',
    '</b>',
    '<i x=1>',
    '<br>',
    '<br/>',
    '<p',
    '</p>',
    '<!--',
    '-->',
    '--!>',
    '<!x',
    '<?php',
    '</3',
    '<3',
    '<>',
    '</>',
    '<img src=x>',
  ],
  ...[
    '</title>',
    '</textarea>',
    '</style>',
    '</script>',
    '</SCRIPT >',
    '</xmp>',
    '</iframe>',
    '</noscript>',
    '</template>',
    '</svg>',
    ']]>',
  ],
  ...[
    '<script>',
    '<style>',
    '<svg>',
    '<math>',
    '<textarea>',
    '<title>',
    '<plaintext>',
    '<![CDATA[',
    '<select>',
    '<table>',
    '<a href=x>',
  ],
  ...[
    '" x="',
    "' y='",
    ' z=',
    '"x',
    "'>",
    '">',
    ' onfocus=f(1)',
    ' autofocus',
    '/onload=g()',
    '<img/src=x/onerror=h()>',
    '<svg/onload=f()>',
  ],
  ...['&lt;', '&gt;', '&quot;', '&#39;', '&amp;', '&#60;', '&notin;'],
]

export const values: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...words) },
      { weight: 3, arbitrary: fc.constantFrom(...signs) },
      { weight: 3, arbitrary: fc.constantFrom(...markup) },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''))
