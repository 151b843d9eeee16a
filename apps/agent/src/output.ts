import type { AgentReport } from '@riposte/contract'

type OutputEvent = Extract<AgentReport['event'], { kind: 'output' }>
type Stream = OutputEvent['stream']

const gatherMs = 300
const mostPerReport = 32_000
const mostPerAction = 1_048_576

/** Gathers what an action says into few reports, and ends it at a bound: output is for people who watch, not a way to carry files. */
export function outputOf(tell: (event: OutputEvent) => void): {
  readonly write: (stream: Stream, text: string) => void
  readonly end: () => void
} {
  let waiting: { stream: Stream; text: string }[] = []
  let total = 0
  let timer: NodeJS.Timeout | null = null
  let ended = false
  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    for (const { stream, text } of waiting)
      for (let at = 0; at < text.length; at += mostPerReport)
        tell({ kind: 'output', stream, text: text.slice(at, at + mostPerReport) })
    waiting = []
  }
  return {
    write: (stream, text) => {
      if (ended || total > mostPerAction) return
      const kept = text.slice(0, mostPerAction - total)
      total += text.length
      const said = total > mostPerAction ? `${kept}\n(more was said; only the first mebibyte is kept)\n` : kept
      const last = waiting.at(-1)
      if (last?.stream === stream) last.text += said
      else waiting.push({ stream, text: said })
      timer ??= setTimeout(flush, gatherMs)
    },
    end: () => {
      flush()
      ended = true
    },
  }
}
