import { Text } from '@mantine/core'
import { railOf, type RailFacts, type RailStep } from './lifecycle.ts'
import { ShapeIcon, toneColor } from './mark.tsx'
import { RelativeTime } from './relative-time.tsx'

const stateWords = { done: 'done', now: 'now', ahead: 'still ahead', skipped: 'not taken' } as const

/** Where a response stands, who brought it there, and what it waits for. Ends that were not taken are faint. */
export const LifecycleRail = ({ response }: { response: RailFacts }) => (
  <ol className="rail" aria-label="Lifecycle">
    {railOf(response).map((step) => (
      <Step key={step.id} step={step} />
    ))}
  </ol>
)

const Step = ({ step }: { step: RailStep }) => (
  <li data-state={step.state} data-step={step.id} aria-current={step.state === 'now' ? 'step' : undefined}>
    <span
      className="rail-dot"
      style={step.state === 'done' || step.state === 'now' ? { color: toneColor(step.look.tone) } : undefined}
    >
      <ShapeIcon shape={step.look.shape} size={12} />
    </span>
    <Text span size="sm" fw={step.state === 'now' ? 700 : 600}>
      {step.look.word}
      <span className="unseen">, {stateWords[step.state]}</span>
    </Text>
    <Text size="xs" className="quiet" component="div">
      {step.at === null ? null : <RelativeTime at={step.at} />}
      {step.at !== null && step.who !== null ? ' · ' : ''}
      {step.who}
    </Text>
    {step.note === null ? null : (
      <Text size="xs" className="quiet" component="div">
        {step.note}
      </Text>
    )}
  </li>
)
