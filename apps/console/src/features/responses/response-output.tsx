import type { ResponseDetail } from '@riposte/contract'
import { useEffect, useState } from 'react'
import { onLive } from '../../api/live.ts'
import { Section } from '../../ui/section.tsx'

/** Lines as they come; what was kept before is read with the page. */
export function Output({ response }: { response: ResponseDetail }) {
  const [fresh, setFresh] = useState<{ at: string; stream: string; text: string }[]>([])
  useEffect(() => setFresh([]), [response])
  useEffect(
    () =>
      onLive((event) => {
        if (event.name === 'response_output' && event.data.id === response.id)
          setFresh((lines) => [...lines, event.data].slice(-500))
      }),
    [response.id],
  )
  const lines = [...response.output, ...fresh]
  if (lines.length === 0 && response.status !== 'executing') return null
  return (
    <Section title="Output">
      <pre className="panel mono marked-text" aria-label="Output" aria-live="polite" tabIndex={0}>
        {lines.length === 0 ? 'Nothing yet' : null}
        {lines.map(({ stream, text }, index) => (
          <div key={index} data-stream={stream}>
            {stream === 'stderr' ? '! ' : ''}
            {text}
          </div>
        ))}
      </pre>
    </Section>
  )
}
