import fc from 'fast-check'

/** Pieces out of which values are put together that may or may not become template code; made from each engine's grammar, for tests. */
const pieces = {
  ejs: ['<%', '<%=', '<%-', '<%_', '%>', '-%>', '_%>', '<%%', '%%>', '<', '%', '>', '= 1', 'if (x) {', '}'],
  lodash: ['<%', '<%=', '<%-', '%>', '${', '}', '$', '{', '\\}', '<', '%', '>', ' 1 ', '${x}', '<%= x %>', '\\'],
  handlebars: [
    ...['{{', '}}', '{{{', '}}}', '{{!', '{{!--', '--}}', '{{#if x}}', '{{/if}}', '{{else}}', '{{>', '{{&', '{{^'],
    ...[
      '\\{{',
      '{{~',
      '~}}',
      '{',
      '}',
      '{{this}}',
      '{{{{',
      '}}}}',
      '{{"a"}}',
      '{{[a b]}}',
      '\\',
      '(x)',
      '{{lookup x "y"}}',
    ],
  ],
  nunjucks: [
    ...['{{', '}}', '{%', '%}', '{#', '#}', '{{-', '-}}', '{%-', '-%}', '{% if x %}', '{% endif %}', '{{ x }}'],
    ...['{', '}', '%', '#', '{{ "}}" }}', "{{ 'a", '{{ x | upper }}', '{% set x = 1 %}'],
  ],
  pug: [
    ...[
      '#{',
      '!{',
      '}',
      '#{x}',
      '!{x}',
      '#[',
      '#[b x]',
      ']',
      '\\#{',
      '\\#[',
      '\\',
      '#',
      '!',
      '{',
      '(a=1)',
      '= x',
      '- x',
      '| x',
    ],
    ...[
      '\n',
      '\n  ',
      '\n    ',
      '\np x',
      '\n- f()',
      '\n= x',
      '\n| x',
      '\n  | x',
      '\nscript x',
      ': x',
      '//',
      '\n//',
      '.',
      '/',
    ],
  ],
} as const
const anywhere = [
  'x',
  'y z',
  '1',
  '"',
  "'",
  ' ',
  'f(x)',
  'a.b',
  ', ',
  'process.env',
  "O'Brien",
  '\\n',
  '\n',
  '<b>',
  '&lt;',
  '-',
  'é',
] as const

export type EngineName = keyof typeof pieces

export const payloadOf = (engine: EngineName): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.constantFrom<string>(...pieces[engine]), fc.constantFrom<string>(...anywhere)), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(''))
    // What stands at the edges is trimmed by the apps; signs alone, and the shortest values, stand in every template.
    .filter((value) => value === value.trim() && value.length > 3 && /[A-Za-z0-9]/.test(value))

/** Places in templates where apps put values; `{}` is the value's. */
export const places = {
  ejs: ['<p>Hello {}, welcome <%= user.name %></p>', '<% if (a) { %>{}<% } %>', 'Dear {}', '<%= t("{}") %> <b>'],
  lodash: ['<p>Hello {}, welcome <%= user.name %></p>', '<% if (a) { %>{}<% } %>', 'Dear {}', '<%= t("{}") %> <b>'],
  handlebars: ['<p>Hello {}, welcome {{user.name}}</p>', '{{#if a}} {} {{else}}no{{/if}}', 'Dear {}'],
  nunjucks: ['<p>Hello {}, welcome {{ user.name }}</p>', '{% if a %} {} {% endif %}', 'Dear {}'],
  pug: [
    'div\n  p Hello {}, welcome\n  p= x',
    'div\n  p(title="{}") hello\n  p x',
    'ul\n  | {} there',
    'div.\n  some {} text\np x',
  ],
} as const satisfies Readonly<Record<EngineName, readonly string[]>>
