import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import { permissions, roles, type MemberInfo, type Role } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { peopleQueries } from '../../api/defend-queries.ts'
import { queries, queryClient } from '../../api/query.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { spell } from '../../ui/words.ts'

type Given = Exclude<Role, 'owner'>
const choices = roles.filter((role): role is Given => role !== 'owner').map((value) => ({ value, label: spell(value) }))
const refresh = (): void => void queryClient.invalidateQueries({ queryKey: ['members'] })

/** Who may sign in, and in which role. */
export function Members() {
  const members = useQuery(peopleQueries.members())
  const mayNot = useWhyNot('member.write')
  const link = useMutation({ mutationFn: (memberId: string) => call('newSignInLink', { params: { memberId } }) })
  const change = useMutation({
    mutationFn: ({ memberId, role }: { memberId: string; role: Given }) =>
      call('changeMember', { params: { memberId }, body: { role } }),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: (memberId: string) => call('removeMember', { params: { memberId } }),
    onSuccess: refresh,
  })
  const error = members.error ?? link.error ?? change.error ?? remove.error
  return (
    <Stack>
      <Invite mayNot={mayNot} />
      {error ? <ErrorState error={error} /> : null}
      {link.data ? <LinkOnce url={link.data.signInUrl} /> : null}
      <Title order={2}>Members</Title>
      <Text size="sm" className="quiet">
        Whoever asks for a destructive response never approves it: dual control needs a second member.
      </Text>
      <Stack component="ul" className="plain-list panel" gap={0} aria-label="Members">
        {members.data?.items.map((member) => (
          <Row
            key={member.id}
            member={member}
            mayNot={mayNot}
            change={(role) => change.mutate({ memberId: member.id, role })}
            link={() => link.mutate(member.id)}
            remove={() => remove.mutate(member.id)}
          />
        ))}
      </Stack>
      <details>
        <summary>What each role may do</summary>
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Rights of roles">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Right</th>
                {roles.map((role) => (
                  <th scope="col" key={role}>
                    {spell(role)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Object.entries(permissions).map(([permission, holders]) => (
                <tr key={permission}>
                  <th scope="row">{permission}</th>
                  {roles.map((role) => (
                    <td key={role}>{(holders as readonly Role[]).includes(role) ? 'yes' : ''}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Stack>
  )
}

const LinkOnce = ({ url }: { url: string }) => (
  <ShownOnce
    title="Copy this sign-in link now: it is not shown again"
    secret={url}
    what="link"
    then="It works once. Hand it over by a way that you trust; whoever opens it chooses the password."
  />
)

function Invite({ mayNot }: { mayNot: string | null }) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Given>('analyst')
  const invite = useMutation({
    mutationFn: () => call('inviteMember', { body: { name, email, role } }),
    onSuccess: () => {
      setName('')
      setEmail('')
      refresh()
    },
  })
  const { at } = placeErrors(invite.error instanceof ApiError ? invite.error.errors : undefined, [
    'name',
    'email',
    'role',
  ])
  return (
    <form
      aria-label="Invite member"
      onSubmit={(event) => {
        event.preventDefault()
        if (mayNot === null) invite.mutate()
      }}
    >
      <Stack gap="xs">
        <Group align="flex-end">
          <TextInput
            label="Name"
            required
            maxLength={100}
            error={at['name']}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="E-mail"
            type="email"
            required
            maxLength={254}
            error={at['email']}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Select
            label="Role"
            allowDeselect={false}
            data={choices}
            value={role}
            onChange={(next) => next && setRole(next)}
          />
          <DisabledReason why={mayNot}>
            <Button type="submit" loading={invite.isPending} disabled={mayNot !== null}>
              Invite member
            </Button>
          </DisabledReason>
        </Group>
        {invite.error ? <ErrorState error={invite.error} /> : null}
        {invite.data ? <LinkOnce url={invite.data.signInUrl} /> : null}
      </Stack>
    </form>
  )
}

function Row(props: {
  member: MemberInfo
  mayNot: string | null
  change: (role: Given) => void
  link: () => void
  remove: () => void
}) {
  const { member, mayNot } = props
  const me = useQuery(queries.me()).data
  const why =
    mayNot ??
    (member.role === 'owner'
      ? 'The owner cannot be changed'
      : member.id === me?.id
        ? 'Nobody changes themselves'
        : null)
  return (
    <Group component="li" p="sm" justify="space-between" style={{ borderBottom: '1px solid var(--line)' }}>
      <Stack gap={0}>
        <Text size="sm" fw={600}>
          {member.name}
          {member.id === me?.id ? ' (you)' : ''}
        </Text>
        <Text size="xs" className="quiet" component="div">
          {member.email} ·{' '}
          {member.lastSeenAt ? (
            <>
              seen <RelativeTime at={member.lastSeenAt} />
            </>
          ) : (
            'has not come in yet'
          )}
          {member.hasPassword ? '' : ' · no password chosen'}
        </Text>
      </Stack>
      <Group gap="xs">
        {member.role === 'owner' ? (
          <Text size="sm">Owner</Text>
        ) : (
          <DisabledReason why={why}>
            <Select
              size="xs"
              w={130}
              aria-label={`Role of ${member.name}`}
              allowDeselect={false}
              disabled={why !== null}
              data={choices}
              value={member.role}
              onChange={(role) => role && role !== member.role && props.change(role)}
            />
          </DisabledReason>
        )}
        <DisabledReason why={why}>
          <Button
            size="xs"
            variant="default"
            disabled={why !== null}
            aria-label={`New sign-in link for ${member.name}`}
            onClick={props.link}
          >
            New sign-in link
          </Button>
        </DisabledReason>
        <DisabledReason why={why}>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            disabled={why !== null}
            aria-label={`Remove ${member.name}`}
            onClick={() =>
              confirm({
                title: `Remove ${member.name}`,
                body: 'All sessions and API tokens end at once. What this member did stays told. The same e-mail can be invited again.',
                act: `Remove ${member.name}`,
                run: props.remove,
              })
            }
          >
            Remove
          </Button>
        </DisabledReason>
      </Group>
    </Group>
  )
}
