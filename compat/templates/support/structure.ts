import { tokenizer } from 'acorn'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** What an engine makes of a template, without its literal text: the same for two templates that differ in text only. */
export const structures: Readonly<Record<string, (text: string) => string>> = {
  ejs: (text) => {
    const { Template } = require('ejs') as { Template: new (text: string, options: object) => Generated }
    const template = new Template(text, { compileDebug: false })
    template.generateSource()
    return tokensOf(template.source).replaceAll(/(?:; name:__append \( string \) ?)+/g, 'T')
  },
  lodash: (text) => {
    const { template } = require('lodash') as { template: (text: string) => { source: string } }
    return tokensOf(template(text).source)
  },
  handlebars: (text) => {
    const { parse } = require('handlebars') as { parse: (text: string) => unknown }
    return JSON.stringify(parse(text), (key, value: unknown) => {
      if (key === 'loc' || key === 'original' || key === 'strip') return undefined
      if (!Array.isArray(value)) return value
      const list = value as { readonly type?: string }[]
      return list.flatMap((node, index) => {
        if (node.type === 'ContentStatement') return list[index - 1]?.type === node.type ? [] : [{ type: node.type }]
        return node.type === 'CommentStatement' ? [{ type: node.type }] : [node]
      })
    }).replaceAll(/("type":"StringLiteral","value":)"(?:[^"\\]|\\.)*"/g, '$1""')
  },
  nunjucks: (text) => {
    const { parser } = require('nunjucks') as { parser: { parse: (text: string) => Node } }
    const show = (node: unknown): string => {
      if (node === null || typeof node !== 'object') return String(node)
      if (Array.isArray(node)) return `[${node.map(show).join()}]`
      const { typename, value, children, fields } = node as Node
      if (typename === 'TemplateData') return 'T'
      if (typename === 'Output' && children?.every((child) => child.typename === 'TemplateData')) return 'T'
      if (typename === 'Literal') return `literal ${typeof value}`
      const parts = (fields ?? []).map((name) => show((node as Readonly<Record<string, unknown>>)[name]))
      return `${typename}(${parts.join()})`
    }
    return show(parser.parse(text)).replaceAll(/T(?:,T)+/g, 'T')
  },
  pug: (text) => {
    const lex = require('pug-lexer') as (text: string) => PugToken[]
    const shown = lex(text).map(({ type, val, name }) => {
      if (type === 'text' || type === 'text-html' || type === 'comment') return 'T'
      if (type === 'newline') return 'N'
      // Quoted values of attributes are data.
      const code = typeof val === 'string' && type !== 'tag' ? tokensOf(val) : ''
      return `${type} ${name ?? ''} ${code}`
    })
    return shown
      .join('\n')
      .replaceAll(/start-pipeless-text[^]*?end-pipeless-text/g, (block) => block.replaceAll(/N\n/g, ''))
      .replaceAll(/T(?:\nT)+/g, 'T')
  },
}

interface Generated {
  source: string
  generateSource(): void
}
interface Node {
  readonly typename: string
  readonly value?: unknown
  readonly children?: readonly Node[]
  readonly fields?: readonly string[]
}
interface PugToken {
  readonly type: string
  readonly val?: unknown
  readonly name?: string
}

/** Names and signs of a script; of its literals only what they are. */
function tokensOf(script: string): string {
  let shown = ''
  for (const token of tokenizer(script, { ecmaVersion: 2020 })) {
    const { label } = token.type
    const value = (token as unknown as { value?: unknown }).value
    shown += label === 'name' ? `name:${String(value)} ` : `${label} `
  }
  return shown
}

/** The structure, or that the engine refuses the text. */
export function structureOf(engine: string, text: string): string {
  try {
    return structures[engine]?.(text) ?? ''
  } catch {
    return 'refused'
  }
}
