import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { TemplateDoor } from './template-door.ts'

type Compile = (this: unknown, text: unknown, options?: unknown, ...rest: unknown[]) => unknown

const becomeCode = ['pretty', 'name', 'templateName']

/** `pug`: its other functions come down to these two. */
export const pug: Sink = {
  module: 'pug',
  kinds: ['template'],
  ownText: 'the_"filename"_option_is_required_for_caching',
  patch: (exports, engine) => {
    const door = new TemplateDoor(engine, 'pug')
    for (const name of ['compile', 'compileClientWithDependenciesTracked']) {
      replace<Compile>(exports as object, name, (original) => {
        return function compile(this: unknown, text, options, ...rest) {
          door.look(text)
          door.lookAtOptions(options, becomeCode)
          return door.compile(() => Reflect.apply(original, this, [text, options, ...rest]))
        }
      })
    }
  },
}
