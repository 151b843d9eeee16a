import {
  Alert,
  Button,
  Code,
  CopyButton,
  Drawer,
  Group,
  Loader,
  NumberInput,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import type { Answer } from '../../api/client.ts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { deviceQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'

const refresh = (): void => void queryClient.invalidateQueries({ queryKey: ['enrolment-tokens'] })

/** Makes a token, shows the one command to type, and waits until the device is there. */
export function AddDevice({ close }: { close: () => void }) {
  const [note, setNote] = useState('')
  const [groups, setGroups] = useState<string[]>([])
  const [tags, setTags] = useState<string[]>([])
  const [hours, setHours] = useState<string | number>(24)
  const labels = useQuery(deviceQueries.labels()).data
  const make = useMutation({
    mutationFn: () => call('createEnrolmentToken', { body: { note, groups, tags, hours: Number(hours) } }),
    onSuccess: refresh,
  })
  return (
    <Drawer opened onClose={close} title="Add device" position="right" size="lg">
      <Stack>
        {make.data ? (
          <Made made={make.data} />
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              make.mutate()
            }}
          >
            <Stack>
              <TextInput
                label="Note"
                description="For whom or what it is"
                maxLength={200}
                value={note}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              <TagsInput
                label="Groups"
                data={labels?.groups.map(({ name }) => name) ?? []}
                value={groups}
                onChange={setGroups}
              />
              <TagsInput
                label="Tags"
                data={labels?.tags.map(({ name }) => name) ?? []}
                value={tags}
                onChange={setTags}
              />
              <NumberInput
                label="Usable for (hours)"
                min={1}
                max={720}
                allowDecimal={false}
                value={hours}
                onChange={setHours}
              />
              {make.error ? <ErrorState error={make.error} /> : null}
              <Button type="submit" loading={make.isPending}>
                Make enrolment token
              </Button>
            </Stack>
          </form>
        )}
        <Tokens />
      </Stack>
    </Drawer>
  )
}

function Made({ made }: { made: Answer<'createEnrolmentToken'> }) {
  const tokens = useQuery({ ...deviceQueries.tokens(), refetchInterval: 3_000 }).data?.items
  const usedBy = tokens?.find(({ id }) => id === made.item.id)?.usedBy ?? null
  const device = useQuery({ ...deviceQueries.one(usedBy ?? ''), enabled: usedBy !== null, refetchInterval: 3_000 }).data
  return (
    <Stack>
      <Alert title="Copy this command now: its token is not shown again">
        <Stack gap="xs">
          <Text size="sm">Type it on the host, as root (or in an administrator's terminal):</Text>
          <Code block tabIndex={0} aria-label="Command" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {made.command}
          </Code>
          <Group>
            <CopyButton value={made.command}>
              {({ copied, copy }) => (
                <Button size="xs" onClick={copy}>
                  {copied ? 'Copied' : 'Copy command'}
                </Button>
              )}
            </CopyButton>
            <CopyButton value={made.token}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy token alone'}
                </Button>
              )}
            </CopyButton>
          </Group>
          <Text size="sm">
            One device, until <RelativeTime at={made.item.expiresAt} />.
          </Text>
        </Stack>
      </Alert>
      <Group role="status" gap="sm">
        {device ? (
          <>
            <Text size="sm" fw={600}>
              {device.name} is here{device.online ? ' and online' : '; its agent has not connected yet'}.
            </Text>
            <Button size="xs" onClick={() => go(paths.device(device.id))}>
              Open {device.name}
            </Button>
          </>
        ) : (
          <>
            <Loader size="xs" aria-hidden="true" />
            <Text size="sm">Waiting for the device …</Text>
          </>
        )}
      </Group>
    </Stack>
  )
}

function Tokens() {
  const tokens = useQuery(deviceQueries.tokens())
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call('revokeEnrolmentToken', { params: { tokenId } }),
    onSuccess: refresh,
  })
  const open = tokens.data?.items.filter(({ usedAt }) => usedAt === null) ?? []
  const error = tokens.error ?? revoke.error
  return (
    <Stack gap="xs">
      <Title order={2}>Tokens not used yet</Title>
      {error ? <ErrorState error={error} /> : null}
      {open.length === 0 ? (
        <Text size="sm" className="quiet">
          None
        </Text>
      ) : null}
      {open.map((token) => (
        <Group key={token.id} justify="space-between">
          <Text size="sm" component="div">
            <span className="mono">{token.prefix}…</span> {token.note} · ends <RelativeTime at={token.expiresAt} /> · by{' '}
            {token.createdBy}
          </Text>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={`Revoke enrolment token ${token.prefix}`}
            onClick={() =>
              confirm({
                title: 'Revoke enrolment token',
                body: `No device can enrol with ${token.prefix}… any more. Make another one if it is needed.`,
                act: 'Revoke token',
                run: () => revoke.mutate(token.id),
              })
            }
          >
            Revoke
          </Button>
        </Group>
      ))}
    </Stack>
  )
}
