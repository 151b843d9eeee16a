/** One template as an app builds it, with `[]` where it puts the value. */
export interface Case {
  readonly says: string
  readonly engine: string
  readonly template: string
  readonly value: string | readonly string[]
  /** What the app puts into the template; absent: the value as it came. */
  readonly used?: string
  readonly delimiters?: Readonly<Record<string, string>>
}

const whole = '[]'
const ejs = '<p>Hello [], you are <%= name %></p>'
const braces = '<p>Hello [], you are {{name}}</p>'
const pug = 'div\n  p Hello [], you are #{name}\n  p end'
const attribute = 'a(href="/" title="[]") hello'
const own = { variableStart: '<$', variableEnd: '$>' }

const cases = (engine: string, template: string, list: Readonly<Record<string, string>>): Case[] =>
  Object.entries(list).map(([says, value]) => ({ says, engine, template, value }))

/** The value becomes template code. */
export const attacks: readonly Case[] = [
  ...cases('ejs', ejs, {
    'a tag that shows': '<%= process.env.SECRET %>',
    'a tag that runs': "<% require('child_process').execSync('id') %>",
    'a tag that shows unescaped': '<%- include("/etc/passwd") %>',
    'a tag that trims': '<%_ f() _%>',
    'a tag over lines': '<%=\nprocess.env\n.SECRET\n%>',
    'a tag that is not closed': 'x <%= y',
    'a tag in words': 'Maya <b><%= 7*7 %></b> Lee',
  }),
  ...cases('ejs', '<%= t("[]") %>', {
    'a text that ends': '") %><%= f("',
    'a text that is joined': '" + process.env.A + "',
  }),
  ...cases('ejs', '<%# [] %>', { 'a comment that ends': 'x %> <% f() %> <%# y' }),
  ...cases('ejs', whole, { 'a whole template': 'Dear <%= user.name %>, welcome' }),
  {
    says: 'other delimiters',
    engine: 'ejs',
    template: ejs,
    value: '[? f() ?]',
    delimiters: { openDelimiter: '[', delimiter: '?', closeDelimiter: ']' },
  },
  ...cases('lodash', ejs, {
    'a tag': '<%= process.env.SECRET %>',
    'a substitution': '${process.env.SECRET}',
    'a tag that runs': '<% f() %>',
  }),
  {
    says: 'a pattern of the app',
    engine: 'lodash',
    template: braces,
    value: '{{ f() }}',
    delimiters: { interpolate: '\\{\\{([\\s\\S]+?)\\}\\}' },
  },
  ...cases('handlebars', braces, {
    'a name': '{{secret}}',
    'an unescaped name': '{{{secret}}}',
    'a block': '{{#with this as |x|}}{{x.y}}{{/with}}',
    'a partial': '{{> other}}',
    'a comment that takes the rest': 'x {{!--',
    'a path that leads out': '{{this.constructor.constructor}}',
    'a raw block': '{{{{raw}}}}',
    'the dot': '{{.}}',
    'a tag that trims': '{{~secret~}}',
  }),
  ...cases('handlebars', '{{t "[]"}}', {
    'a text that ends': 'x" (lookup y "z") "',
    'a tag that ends': 'x"}}{{secret}}{{t "',
  }),
  ...cases('nunjucks', braces, {
    'a tag that shows': "{{ range.constructor('return 1')() }}",
    'a sum': '{{7*7}}',
    'a block': '{% for x in y %}{{ x }}{% endfor %}',
    'a file': '{% include "/etc/passwd" %}',
    'a comment that takes the rest': 'Maya {#',
    'a tag that trims': '{{- x -}}',
  }),
  ...cases('nunjucks', "{{ t('[]') }}", { 'a text that ends': "' + secret + '", 'a filter': "x') | safe | f('" }),
  { says: 'other delimiters', engine: 'nunjucks', template: '<$ name $> []', value: '<$ f() $>', delimiters: own },
  ...cases('pug', pug, {
    'code in text': '#{process.env.SECRET}',
    'unescaped code in text': '!{f()}',
    'a tag in text': '#[script= f()]',
    'a line of code': 'x\n  - f()',
    'a line that shows': 'x\n  p= secret',
    'a line of markup': 'x\n  script alert(1)',
    'a file': 'x\n  include /etc/passwd',
    'lines that end': 'one\ntwo',
  }),
  ...cases('pug', attribute, {
    'another attribute': 'x" onclick="f()',
    'code in an attribute': '" + process.env.SECRET + "',
    'attributes that end': 'x") #{f()}',
  }),
  ...cases('pug', 'div\n  []\n  p end', {
    'a line of code': '- f()',
    'a condition': 'if f(x)',
    'a loop without end': 'while true',
    'attributes with code': 'a(b=f())',
    'a mixin with code': '+x(f())',
    'a file': 'include ../../secret',
  }),
  ...cases('pug', whole, {
    'a whole template with code': 'p Hello\np= secret',
    'a whole template with attributes of code': 'a(b=c.d) x',
  }),
  {
    says: 'decoded from a URL',
    engine: 'ejs',
    template: ejs,
    value: '%3C%25%3D%20f%28%29%20%25%3E',
    used: '<%= f() %>',
  },
  { says: 'decoded from base64', engine: 'nunjucks', template: braces, value: 'e3sgZigpIH19', used: '{{ f() }}' },
  { says: 'decoded from entities', engine: 'ejs', template: ejs, value: '&lt;%= f() %&gt;', used: '<%= f() %>' },
  { says: 'in small letters', engine: 'ejs', template: ejs, value: '<%= Secret.Name %>', used: '<%= secret.name %>' },
  {
    says: 'white space changed',
    engine: 'nunjucks',
    template: braces,
    value: '{{  secret . name(  ) }}',
    used: '{{ secret.name() }}',
  },
  {
    says: 'cut off',
    engine: 'nunjucks',
    template: braces,
    value: '{{ secret.name() }} and much more of it',
    used: '{{ secret.name() }} and mu',
  },
  {
    says: 'in two values',
    engine: 'ejs',
    template: ejs,
    value: ['<%', '= process.env.SECRET %>'],
    used: '<%= process.env.SECRET %>',
  },
  {
    says: 'in three values',
    engine: 'handlebars',
    template: braces,
    value: ['{{', 'secret', '}}'],
    used: '{{secret}}',
  },
  { says: 'halves of a sign', engine: 'nunjucks', template: braces, value: ['{', '{ f() }}'], used: '{{ f() }}' },
]

/** The value stays text, or data. */
export const benign: readonly Case[] = [
  ...['ejs', 'lodash'].flatMap((engine) =>
    cases(engine, ejs, {
      'a name': "O'Brien",
      'an e-mail address': 'maya.lee+news@example.com',
      'a URL': 'https://example.com/a?b=c&d=50%25#e',
      'signs in prose': 'a < b, 100 % of "them" & {us} > $5',
      'lines of prose': 'one\n  two\n- three\n= four',
      'code of a script': 'if (x) { f() } // <b>y</b>',
      'tags of other engines': '{{ name }} {% if %}',
    }),
  ),
  ...cases('ejs', ejs, { 'a sign that says itself': '<%% x %%>' }),
  ...cases('ejs', '<%= t("[]") %>', { 'words in a text': "it's 5 < 6 (really)", 'a name in a text': "O'Brien" }),
  ...cases('ejs', '<%# [] %>', { 'words in a comment': 'f() + "x"' }),
  ...cases('ejs', '<%= user.[] %>', { 'a name in a tag': 'name', 'a path in a tag': 'address.street' }),
  ...['handlebars', 'nunjucks'].flatMap((engine) =>
    cases(engine, braces, {
      'a name': "O'Brien",
      'braces in prose': 'a set {1, 2} and { "a": {"b": 1} }',
      'lines of prose': 'one\n  two\n- three\n= four',
      'tags of other engines': '<%= x %> ${y}',
      'a percentage': '5% {of} 100%',
    }),
  ),
  ...cases('handlebars', braces, { 'a sign that says itself': '\\{{other}}', 'percent tags': '{% if x %}' }),
  ...cases('handlebars', '{{t "[]"}}', { 'words in a text': "it's }} {of} = (mine)" }),
  ...cases('nunjucks', "{{ t('[]') }}", { 'words in a text': 'it is }} {of} | (mine)' }),
  ...cases('nunjucks', '{% raw %}[]{% endraw %}', { 'what is raw': '{{ f() }}' }),
  ...cases('pug', pug, {
    'a name': "O'Brien",
    'signs in prose': 'a < b; (c) = "d" | e, #1 & 5% {of} $6 [x] . - : /',
    'a URL': 'https://example.com/a?b=c#d',
    'code of a script': 'if (x) { f() } // y',
    'a sign that says itself': '\\#{x}',
    'tags of other engines': '{{ x }} <%= y %>',
  }),
  ...cases('pug', attribute, {
    'words in an attribute': "O'Brien, (x) = {y} #z",
    'a URL in an attribute': '/a?b=c&d=e',
  }),
  ...cases('pug', 'div\n  []\n  p end', {
    'words of a line': 'Maya Lee',
    'words that begin as a condition': 'if you like it',
    'a sentence': 'include the bill.',
  }),
  ...cases('pug', 'div.\n  some [] text\n  more', { 'words in a block of text': 'a (b) = c' }),
  ...cases('ejs', whole, { 'a whole template without tags': '<h1>Hello</h1>\n<p>5 < 6 & 7 %</p>' }),
  ...cases('pug', whole, { 'a whole template without code': 'h1 Hello\na(href="/x") there', 'a word': 'hello' }),
  ...cases('handlebars', whole, { 'a whole template without tags': '<p>{hello}</p>' }),
  { says: 'handed in as data', engine: 'handlebars', template: 'Dear {{name}}', value: '{{secret}}', used: '' },
  {
    says: 'escaped by the app',
    engine: 'handlebars',
    template: braces,
    value: '{{other}}',
    used: '&#123;&#123;other&#125;&#125;',
  },
  { says: 'signs of the app', engine: 'ejs', template: ejs, value: ['<%=', '%>', '"/>'], used: '' },
  {
    says: 'a line of the app',
    engine: 'pug',
    template: 'div\n  p Hello there\n  if user',
    value: 'p Hello there',
    used: '',
  },
]

/** The template and the values of a case, as a detector gets them. */
export const caseText = ({ template, value, used }: Case): string =>
  template.replaceAll('[]', () => used ?? (typeof value === 'string' ? value : value.join('')))
