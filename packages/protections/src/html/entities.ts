/** Character references that a browser reads and that mean something in markup, addresses or scripts; all others are letters. */
const named: Readonly<Record<string, string>> = {
  ...{
    quot: '"',
    QUOT: '"',
    apos: "'",
    lt: '<',
    LT: '<',
    gt: '>',
    GT: '>',
    amp: '&',
    AMP: '&',
    nbsp: '\u00a0',
    num: '#',
  },
  ...{
    semi: ';',
    lpar: '(',
    rpar: ')',
    equals: '=',
    sol: '/',
    bsol: '\\',
    ast: '*',
    midast: '*',
    comma: ',',
    grave: '`',
  },
  ...{ DiacriticalGrave: '`', excl: '!', percnt: '%', vert: '|', verbar: '|', VerticalLine: '|', plus: '+', lsqb: '[' },
  ...{ lbrack: '[', rsqb: ']', rbrack: ']', lcub: '{', lbrace: '{', rcub: '}', rbrace: '}', commat: '@', colon: ':' },
  ...{ period: '.', lowbar: '_', UnderBar: '_', NewLine: '\n', Tab: '\t', dollar: '$', quest: '?', Hat: '^' },
}

const reference = /&(?:#0*(\d{1,7})(?!\d);?|#[xX]0*([0-9a-fA-F]{1,6})(?![0-9a-fA-F]);?|([A-Za-z]{2,16})(;?))/g
const withoutSemicolon = /^(?:lt|gt|amp|quot|LT|GT|AMP|QUOT|nbsp)/

function characterOf(whole: string, decimal?: string, hex?: string, name?: string, end?: string): string {
  if (name !== undefined) {
    if (end === ';' && Object.hasOwn(named, name)) return named[name] as string
    const known = withoutSemicolon.exec(name)?.[0]
    return known === undefined ? whole : (named[known] as string) + whole.slice(1 + known.length)
  }
  const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10)
  return point > 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : '\ufffd'
}

/** What a browser makes of a text or an attribute's value. */
export const readEntities = (text: string): string => (text.includes('&') ? text.replace(reference, characterOf) : text)
