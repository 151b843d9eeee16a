import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deviceQueries, peopleQueries } from '../../api/defend-queries.ts'
import type { Target } from '../../frame/respond.ts'

export interface TargetSelectProps {
  readonly kinds: readonly Target['kind'][]
  readonly targets: readonly Target[]
  readonly set: (targets: readonly Target[]) => void
}

const keyOf = ({ kind, id }: Target): string => `${kind}:${id}`

/** Devices and people by name, found as somebody types. */
export function TargetSelect({ kinds, targets, set }: TargetSelectProps) {
  const [text, setText] = useState('')
  const [slow] = useDebouncedValue(text, 200)
  const devices = useQuery({ ...deviceQueries.find(slow), enabled: kinds.includes('device') })
  const people = useQuery({ ...peopleQueries.find(slow), enabled: kinds.includes('person') })
  const found: Target[] = [
    ...(kinds.includes('device') ? (devices.data?.items ?? []) : [])
      .filter(({ state }) => state === 'active')
      .map(({ id, name }): Target => ({ kind: 'device', id, name })),
    ...(kinds.includes('person') ? (people.data?.items ?? []) : []).map(({ id, name, email }): Target => ({
      kind: 'person',
      id,
      name: `${name} <${email}>`,
    })),
  ]
  const all = new Map([...targets, ...found].map((target) => [keyOf(target), target]))
  return (
    <MultiSelect
      label="On"
      description={
        kinds.length === 2
          ? 'Devices and people, by name'
          : kinds[0] === 'person'
            ? 'People, by name'
            : 'Devices, by name'
      }
      required
      searchable
      hidePickedOptions
      clearable
      data={[...all].map(([value, { name }]) => ({ value, label: name }))}
      value={targets.map(keyOf)}
      searchValue={text}
      onSearchChange={setText}
      onChange={(keys) => set(keys.flatMap((key) => all.get(key) ?? []))}
      nothingFoundMessage="Nothing of that name"
      maxDropdownHeight={260}
    />
  )
}
