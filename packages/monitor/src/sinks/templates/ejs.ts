import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { ownDelimiters, TemplateDoor } from './template-door.ts'

interface Template {
  readonly templateText?: unknown
  readonly opts?: unknown
}
interface Ejs {
  readonly Template?: { readonly prototype: object }
  readonly default?: Ejs
}
type Compile = (this: Template, ...args: unknown[]) => unknown

const usual = { openDelimiter: '<', delimiter: '%', closeDelimiter: '>' }
const becomeCode = ['outputFunctionName', 'localsName']

/** `ejs`: every way to compile comes down to one method. Since its fourth major it brings an ES module of its own. */
export const ejs: Sink = {
  module: 'ejs',
  kinds: ['template'],
  files: ['lib/ejs.js', 'lib/cjs/ejs.js'],
  esModules: ['lib/esm/ejs.js'],
  ownText: 'Could_not_find_matching_close_tag_for',
  patch: (exports, engine) => {
    const { Template, default: own } = exports as Ejs
    const prototype = (Template ?? own?.Template)?.prototype
    if (!prototype) throw new Error('this ejs has no Template')
    const door = new TemplateDoor(engine, 'ejs')
    replace<Compile>(prototype, 'compile', (original) => {
      return function compile(...args) {
        door.look(this.templateText, () => ownDelimiters(this.opts, usual))
        door.lookAtOptions(this.opts, becomeCode)
        // Written into what a browser is to run.
        if ((this.opts as { readonly client?: unknown } | undefined)?.client)
          door.lookAtOptions(this.opts, ['escapeFunction'])
        return door.compile(() => Reflect.apply(original, this, args))
      }
    })
  },
}
