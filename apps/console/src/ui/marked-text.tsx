import type { Span } from '@riposte/contract'

/** A value or statement as it was, with the part that matters marked. */
export function MarkedText({ text, span, label }: { text: string; span: Span | null; label: string }) {
  const visible = (part: string): string => part.replaceAll('\0', '\u2400')
  return (
    <pre className="panel mono marked-text" aria-label={label} tabIndex={0}>
      {span && span.end > span.start ? (
        <>
          {visible(text.slice(0, span.start))}
          <mark>{visible(text.slice(span.start, span.end))}</mark>
          {visible(text.slice(span.end))}
        </>
      ) : (
        visible(text)
      )}
    </pre>
  )
}
