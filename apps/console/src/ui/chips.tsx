import { Badge, Group } from '@mantine/core'
import type { ActionId, IncidentState } from '@riposte/contract'

const states: Record<IncidentState, { word: string; color: string }> = {
  new: { word: 'New', color: 'steel' },
  acknowledged: { word: 'Acknowledged', color: 'blue' },
  resolved: { word: 'Resolved', color: 'gray' },
  false_positive: { word: 'False positive', color: 'gray' },
}

export const stateWord = (state: IncidentState): string => states[state].word

export const StateChip = ({ state }: { state: IncidentState }) => (
  <Badge variant={state === 'new' ? 'filled' : 'outline'} color={states[state].color} size="sm" tt="none">
    {states[state].word}
  </Badge>
)

/** What was done, or what would have been. */
export function ActionChips({ done, wouldHave }: { done: readonly ActionId[]; wouldHave: readonly ActionId[] }) {
  const shadow = done.every((action) => action === 'none') && wouldHave.length > 0
  const shown = shadow ? wouldHave : done
  return (
    <Group gap={4} wrap="nowrap" component="span">
      {shown.map((action) => (
        <Badge
          key={action}
          size="sm"
          tt="none"
          variant={shadow ? 'outline' : 'light'}
          color={action === 'block' ? 'red' : 'gray'}
          autoContrast
        >
          {shadow ? `would ${action.replaceAll('_', ' ')}` : pastWords[action]}
        </Badge>
      ))}
    </Group>
  )
}

const pastWords: Record<ActionId, string> = {
  log: 'logged',
  block: 'blocked',
  block_session: 'session blocked',
  block_ip: 'IP blocked',
  custom: 'custom',
  erase: 'erased',
  close: 'closed',
  none: 'nothing done',
}
