import { diffLines } from './diff-lines.ts'

const signs = { same: ' ', added: '+', removed: '-' } as const

/** What changed between two texts; sign first, colour second. */
export const Diff = ({ before, after, label }: { before: string; after: string; label: string }) => (
  <pre className="panel mono marked-text diff" aria-label={label} tabIndex={0}>
    {diffLines(before, after).map(({ kind, text }, index) => (
      <div key={index} data-kind={kind}>
        {signs[kind]} {text}
      </div>
    ))}
  </pre>
)

/** For comparing values: keys in order, one per line. */
export function showJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    2,
  )
}
