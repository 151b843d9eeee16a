'use strict'

const ejs = require('ejs')
const Handlebars = require('handlebars')
const lodash = require('lodash')
const nunjucks = require('nunjucks')
const pug = require('pug')
const React = require('react')
const { renderToString } = require('react-dom/server')

/** Where a value may stand in a page. `V` is the value as the engine prints it, `J` as JSON inside of a script. */
const places = {
  text: '<p>Hello V!</p>',
  double: '<input type="text" value="V">',
  single: "<input type='text' value='V'>",
  unquoted: '<input type=text value=V>',
  href: '<a id="link" href="V">a link</a>',
  script: '<script>var name = "V"; void name</script>',
  json: '<script>var data = J; void data</script>',
  comment: '<!-- said V --><p>a page</p>',
  textarea: '<textarea name="text">V</textarea>',
  title: '<title>About V</title>',
  style: '<style>p { font-family: "V" }</style><p>a page</p>',
}

const page = (part) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body><h1>A page</h1>${part}<p>its end</p></body></html>`

/** JSON as it should stand in a script. */
const jsonForScript = (value) => JSON.stringify({ name: value }).replace(/</g, '\\u003c')
/** Text as it should stand in a script's string. */
const textForScript = (value) => JSON.stringify(value).slice(1, -1).replace(/</g, '\\u003c').replace(/'/g, '\\u0027')
/** A link as it should be: nothing but what goes over HTTP. */
const linkOf = (value) => (/^https?:/i.test(value) ? value : `/go?to=${encodeURIComponent(value)}`)
/** In an attribute without quotes, a comment and a style only letters are safe. */
const wordOf = (value) => value.replace(/[^\p{L}\p{N}]/gu, '_')

/** The value made fit for the place, by the app; what is left to do is the engine's. */
const fit = (engine, place, value) => {
  if (place === 'href') return linkOf(value)
  // Pug leaves single quotes as they are.
  const isWord = ['unquoted', 'comment', 'style'].includes(place) || (engine === 'pug' && place === 'single')
  return isWord ? wordOf(value) : value
}

/** Each prints a template with a value, raw (the hole) or as it should be. */
const write = {
  ejs: (template, raw) => ejs.compile(template.replace('V', raw ? '<%- v %>' : '<%= v %>').replace('J', '<%- v %>')),
  lodash: (template, raw) =>
    lodash.template(template.replace('V', raw ? '<%= v %>' : '<%- v %>').replace('J', '<%= v %>')),
  handlebars: (template, raw) =>
    Handlebars.compile(template.replace('V', raw ? '{{{v}}}' : '{{v}}').replace('J', '{{{v}}}')),
  nunjucks: (template, raw) => {
    const compiled = nunjucks.compile(
      template.replace('V', raw ? '{{ v | safe }}' : '{{ v }}').replace('J', '{{ v | safe }}'),
      new nunjucks.Environment(null, { autoescape: true }),
    )
    return (values) => compiled.render(values)
  },
  pug: (template, raw) => {
    const text = template.replace('V', raw ? '!{v}' : '#{v}').replace('J', '!{v}')
    // A bar before text that is taken as it is.
    return pug.compile(
      text
        .split(/(?=<)/)
        .map((line) => `| ${line}`)
        .join('\n'),
    )
  },
}

const compiled = new Map()
const templateOf = (engine, place, raw) => {
  const key = `${engine} ${place} ${raw}`
  if (!compiled.has(key)) compiled.set(key, write[engine](page(places[place]), raw))
  return compiled.get(key)
}

/** React prints only text and attributes; the hole is the property that says so. */
function reactPage(place, raw, value) {
  const e = React.createElement
  const inside = (html) => e('div', { dangerouslySetInnerHTML: { __html: html } })
  if (raw)
    return e(Page, null, inside(places[place].replace('V', () => value).replace('J', () => JSON.stringify(value))))
  const elements = {
    text: () => e('p', null, 'Hello ', value),
    double: () => e('input', { readOnly: true, value }),
    href: () => e('a', { id: 'link', href: linkOf(value) }, 'a link'),
    textarea: () => e('textarea', { readOnly: true, value }),
    title: () => e('title', null, `About ${value}`),
    json: () => e('script', { dangerouslySetInnerHTML: { __html: `var data = ${jsonForScript(value)}` } }),
  }
  return e(Page, null, (elements[place] ?? elements.text)())
}
const Page = ({ children }) =>
  React.createElement(
    'html',
    { lang: 'en' },
    React.createElement('body', null, React.createElement('h1', null, 'A page'), children),
  )

function render(engine, place, raw, value) {
  if (engine === 'react') return `<!doctype html>${renderToString(reactPage(place, raw, value))}`
  const isScript = place === 'script' || place === 'json'
  const asIs = place === 'json' ? JSON.stringify(value) : value
  const made = place === 'json' ? jsonForScript(value) : isScript ? textForScript(value) : fit(engine, place, value)
  return templateOf(engine, place, raw || isScript)({ v: raw ? asIs : made })
}

module.exports = { engines: [...Object.keys(write), 'react'], places: Object.keys(places), reactPage, render }
