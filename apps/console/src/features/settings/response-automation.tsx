import { Button, Group, NumberInput, SegmentedControl, Stack, Text, Textarea, Title } from '@mantine/core'
import type { ApprovalRequirement } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call, type Answer } from '../../api/client.ts'
import { responseQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'

type Requirements = Answer<'readApprovalRequirements'>
interface Draft {
  readonly approvers: Readonly<Record<string, number>>
  readonly approvalHours: string
  readonly neverBlock: string
  readonly protectedProcesses: string
  readonly isolationAllow: string
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const draftOf = (data: Requirements): Draft => ({
  approvers: Object.fromEntries(data.items.map(({ type, approvers }) => [type, approvers])),
  approvalHours: String(data.approvalHours),
  neverBlock: data.neverBlock.join('\n'),
  protectedProcesses: data.protectedProcesses.join('\n'),
  isolationAllow: data.isolationAllow.join('\n'),
})

const lists = [
  ['neverBlock', 'Never block', 'Addresses and networks that no response may block, one a line'],
  ['protectedProcesses', 'Never kill', 'Names of executables that no response may kill, one a line'],
  [
    'isolationAllow',
    'Reachable under isolation',
    'Addresses and networks that every isolated device may still reach, one a line',
  ],
] as const

export function ResponseAutomation() {
  const requirements = useQuery(responseQueries.requirements())
  if (requirements.error) return <ErrorState error={requirements.error} retry={() => void requirements.refetch()} />
  if (!requirements.data) return null
  return (
    <Stack>
      <ApprovalRequirements key={requirements.data.updatedAt} data={requirements.data} />
      <Suppressions />
    </Stack>
  )
}

function ApprovalRequirements({ data }: { data: Requirements }) {
  const mayNot = useWhyNot('settings.write')
  const [draft, setDraft] = useState(() => draftOf(data))
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(data))
  const save = useMutation({
    mutationFn: () =>
      call('setApprovalRequirements', {
        body: {
          approvers: draft.approvers,
          approvalHours: Number(draft.approvalHours),
          neverBlock: lines(draft.neverBlock),
          protectedProcesses: lines(draft.protectedProcesses),
          isolationAllow: lines(draft.isolationAllow),
        },
      }),
    onSuccess: () => {
      for (const key of ['approval-requirements', 'response-actions'])
        void queryClient.invalidateQueries({ queryKey: [key] })
    },
  })
  const placed = placeErrors(save.error instanceof ApiError ? save.error.errors : undefined, Object.keys(draft))
  const weaker = data.items.filter(({ type, approvers }) => (draft.approvers[type] ?? 0) < approvers)
  const submit = (): void => {
    if (weaker.length === 0) {
      save.mutate()
      return
    }
    confirm({
      title: 'Ask for fewer approvals',
      body: `${weaker.map(({ title }) => title).join(', ')}: from now on fewer people, or nobody, look at it before it runs. Everybody sees this in the audit log.`,
      act: 'Ask for fewer approvals',
      run: () => save.mutate(),
    })
  }
  const why = mayNot ?? (changed ? null : 'Nothing is changed')
  return (
    <Stack component="section" aria-label="Approval Requirements">
      <Title order={2}>Approval Requirements</Title>
      <Text size="sm" className="quiet" component="div">
        How many people other than who asks must approve a response before it runs.{' '}
        {data.updatedAt ? (
          <>
            Changed <RelativeTime at={data.updatedAt} /> by {data.updatedBy}.
          </>
        ) : (
          'As shipped.'
        )}
      </Text>
      <div className="panel">
        {data.items.map((item) => (
          <RequirementRow
            key={item.type}
            item={item}
            value={draft.approvers[item.type] ?? item.approvers}
            disabled={mayNot !== null}
            set={(count) => change({ approvers: { ...draft.approvers, [item.type]: count } })}
          />
        ))}
      </div>
      <NumberInput
        label="A request waits for (hours)"
        description="After that it counts as rejected"
        maw={320}
        min={1}
        max={168}
        allowDecimal={false}
        disabled={mayNot !== null}
        error={placed.at['approvalHours']}
        value={draft.approvalHours}
        onChange={(value) => change({ approvalHours: String(value) })}
      />
      <div className="columns">
        {lists.map(([name, label, description]) => (
          <Textarea
            key={name}
            label={label}
            description={description}
            autosize
            minRows={3}
            maxRows={10}
            disabled={mayNot !== null}
            classNames={{ input: 'mono' }}
            error={placed.at[name]}
            value={draft[name]}
            onChange={(event) => change({ [name]: event.currentTarget.value })}
          />
        ))}
      </div>
      {save.error ? <ErrorState error={save.error} /> : null}
      {placed.rest.map((sentence) => (
        <Text size="sm" key={sentence}>
          {sentence}
        </Text>
      ))}
      <Group>
        <DisabledReason why={why}>
          <Button disabled={why !== null} loading={save.isPending} onClick={submit}>
            Save approval requirements
          </Button>
        </DisabledReason>
        {changed ? (
          <Button variant="default" onClick={() => setDraft(draftOf(data))}>
            Undo changes
          </Button>
        ) : null}
      </Group>
    </Stack>
  )
}

const RequirementRow = (props: {
  item: ApprovalRequirement
  value: number
  disabled: boolean
  set: (count: number) => void
}) => {
  const { item, value } = props
  return (
    <Group justify="space-between" px="sm" py={6} style={{ borderBottom: '1px solid var(--line)' }}>
      <Text size="sm" component="div">
        <b>{item.title}</b>{' '}
        <span className="quiet">
          {item.destructive ? 'destructive' : item.release ? 'takes a containment away' : 'not destructive'}
          {value === item.standard ? '' : `; as shipped: ${item.standard === 0 ? 'no approval' : item.standard}`}
        </span>
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={`Approvals for ${item.title}`}
        disabled={props.disabled}
        data={[
          { value: '0', label: 'None' },
          { value: '1', label: '1 person' },
          { value: '2', label: '2 people' },
        ]}
        value={String(value)}
        onChange={(next) => props.set(Number(next))}
      />
    </Group>
  )
}

/** What automation leaves alone because a person undid it. */
function Suppressions() {
  const mayNot = useWhyNot('response.submit')
  const found = useQuery(responseQueries.suppressions())
  const end = useMutation({
    mutationFn: (suppressionId: string) => call('endSuppression', { params: { suppressionId } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['suppressions'] }),
  })
  const error = found.error ?? end.error
  return (
    <Stack component="section" aria-label="Left alone by automation" gap="xs">
      <Title order={2}>Left alone by automation</Title>
      {error ? <ErrorState error={error} /> : null}
      {found.data?.items.length === 0 ? (
        <Text size="sm" className="quiet">
          Nothing. When a person undoes a response, automation leaves that target alone for a while; it is listed here.
        </Text>
      ) : null}
      {found.data?.items.map((item) => (
        <Group key={item.id} justify="space-between">
          <Text size="sm" component="div">
            {item.type.replaceAll('_', ' ')} on {item.target} ({item.subject}) until <RelativeTime at={item.until} />,
            by {item.by}: {item.reason}
          </Text>
          <DisabledReason why={mayNot}>
            <Button size="xs" variant="default" disabled={mayNot !== null} onClick={() => end.mutate(item.id)}>
              Let automation act again
            </Button>
          </DisabledReason>
        </Group>
      ))}
    </Stack>
  )
}
