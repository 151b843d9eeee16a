import { Button, Group, Select, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { deviceRoles, type Device } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { deviceQueries } from '../../api/defend-queries.ts'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState, Facts } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { spell } from '../../ui/words.ts'

type Labels = Pick<Device, 'name' | 'role' | 'groups' | 'tags' | 'note'>
const labelsOf = ({ name, role, groups, tags, note }: Device): Labels => ({ name, role, groups, tags, note })

/** What people call the device and what it is for. */
export function DeviceLabels({ device, store }: { device: Device; store: (device: Device) => void }) {
  const mayNot = useWhyNot('device.write')
  const [draft, setDraft] = useState<Labels | null>(null)
  const known = useQuery({ ...deviceQueries.labels(), enabled: draft !== null }).data
  const save = useMutation({
    mutationFn: (body: Labels) => call('updateDevice', { params: { deviceId: device.id }, body }),
    onSuccess: (saved) => {
      store(saved)
      setDraft(null)
    },
  })
  if (draft === null)
    return (
      <Section
        title="Labels"
        side={
          <DisabledReason why={mayNot}>
            <Button size="xs" variant="default" disabled={mayNot !== null} onClick={() => setDraft(labelsOf(device))}>
              Edit labels
            </Button>
          </DisabledReason>
        }
      >
        <Facts
          rows={[
            ['Role', spell(device.role)],
            ['Groups', device.groups.join(', ') || 'none'],
            ['Tags', device.tags.join(', ') || 'none'],
            ['Note', device.note || 'none'],
          ]}
        />
        {device.role === 'workstation' ? null : (
          <Text size="xs" className="quiet">
            Automation leaves a {spell(device.role).toLowerCase()} alone unless a rule names it.
          </Text>
        )}
      </Section>
    )
  const change = (part: Partial<Labels>): void => setDraft({ ...draft, ...part })
  return (
    <Section title="Labels">
      <TextInput
        label="Name"
        required
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <Select
        label="Role"
        allowDeselect={false}
        data={deviceRoles.map((value) => ({ value, label: spell(value) }))}
        value={draft.role}
        onChange={(role) => role && change({ role })}
      />
      <TagsInput
        label="Groups"
        data={known?.groups.map(({ name }) => name) ?? []}
        value={draft.groups}
        onChange={(groups) => change({ groups })}
      />
      <TagsInput
        label="Tags"
        data={known?.tags.map(({ name }) => name) ?? []}
        value={draft.tags}
        onChange={(tags) => change({ tags })}
      />
      <Textarea
        label="Note"
        autosize
        maxLength={2_000}
        value={draft.note}
        onChange={(event) => change({ note: event.currentTarget.value })}
      />
      {save.error ? <ErrorState error={save.error} /> : null}
      <Group>
        <Button size="xs" loading={save.isPending} onClick={() => save.mutate(draft)}>
          Save labels
        </Button>
        <Button size="xs" variant="default" onClick={() => setDraft(null)}>
          Cancel
        </Button>
      </Group>
    </Section>
  )
}
