import { readAnyTags, readEjs, readLodash, readScript } from './read-tags.ts'
import { readHandlebars, readNunjucks } from './read-mustaches.ts'
import { readPug } from './read-pug.ts'
import type { Delimiters, Template } from './template.ts'

/** Engines by their names, and by those of their kin that read the same signs the same way. */
const readers: Readonly<Record<string, (text: string, delimiters: Delimiters) => Template>> = {
  ejs: readEjs,
  eta: readEjs,
  lodash: readLodash,
  'lodash.template': readLodash,
  underscore: (text, delimiters) => readLodash(text, { substitution: '($^)', ...delimiters }),
  handlebars: readHandlebars,
  hbs: readHandlebars,
  mustache: readHandlebars,
  nunjucks: readNunjucks,
  swig: readNunjucks,
  twig: readNunjucks,
  liquid: readNunjucks,
  pug: readPug,
  jade: readPug,
  javascript: readScript,
}

export const readTemplate = (engine: string, text: string, delimiters: Delimiters): Template => {
  const name = engine.toLowerCase()
  return Object.hasOwn(readers, name) ? (readers[name] ?? readAnyTags)(text, delimiters) : readAnyTags(text)
}
