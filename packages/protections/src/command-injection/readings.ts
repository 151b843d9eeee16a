import type { OperationOf, Span } from '@riposte/contract'
import { readArguments } from '../shell/read-arguments.ts'
import { readCmd } from '../shell/read-cmd.ts'
import { readCode } from '../shell/read-code.ts'
import { readPowershell } from '../shell/read-powershell.ts'
import { readShell } from '../shell/read-shell.ts'
import type { Reading, Word } from '../shell/reading.ts'
import { codeArguments, type CodeArgument, type Language } from './programs.ts'

/** One text of code that the operation runs: the command itself, or an argument that a program in it takes for code. */
export interface Layer {
  readonly reading: Reading
  readonly language: Language | 'arguments'
  /** Where the code stands in the operation's text; null: the layer is that text. */
  readonly within: Span | null
  /** The words of the layer around it that are this code, and so no data there. */
  readonly words: readonly Word[]
}

const deepest = 3
const mostLayers = 32

export function readLayers(operation: OperationOf<'shell' | 'exec'>): readonly Layer[] {
  const outer: Layer =
    operation.kind === 'shell'
      ? { reading: readShell(operation.command), language: 'shell', within: null, words: [] }
      : { reading: readArguments(operation.file, operation.args), language: 'arguments', within: null, words: [] }
  const layers = [outer]
  let latest: readonly Layer[] = layers
  for (let depth = 0; depth < deepest && latest.length > 0 && layers.length < mostLayers; depth += 1) {
    latest = latest.flatMap((layer) => layersIn(layer, mostLayers - layers.length)).slice(0, mostLayers)
    layers.push(...latest)
  }
  return layers
}

function layersIn(layer: Layer, most: number): readonly Layer[] {
  const found: Layer[] = []
  for (const words of layer.reading.commands) {
    for (const code of codeArguments(words.map(({ text }) => text))) found.push(toLayer(layer, words, code))
    if (found.length >= most) break
  }
  return found
}

function toLayer({ within, language }: Layer, words: readonly Word[], code: CodeArgument): Layer {
  const part = words.slice(code.from, code.to)
  const first = part[0] as Word
  const last = part.at(-1) as Word
  return {
    reading: readers[code.language](code.language === 'cmd' ? joinForCmd(part, language) : join(part)),
    language: code.language,
    within: within ?? { start: first.start, end: last.end },
    words: part,
  }
}

const readers: { readonly [Of in Language]: (text: string) => Reading } = {
  shell: readShell,
  cmd: readCmd,
  powershell: readPowershell,
  code: readCode,
}

const join = (words: readonly Word[]): string => words.map(({ text }) => text).join(' ')

/** Of several arguments, those with blanks or quotes get quotes on their way; one alone is the command line itself. */
function joinForCmd(words: readonly Word[], from: Layer['language']): string {
  const [only, ...others] = words
  if (only && others.length === 0) return only.text.replace(/^"([^]*)"$/, '$1')
  if (from !== 'arguments') return join(words)
  return words.map(({ text }) => (/[\s"]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text)).join(' ')
}
