import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core'
import type { Person } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { peopleQueries, responseQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { respond } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { ErrorState, Facts, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { ResponseList } from '../responses/response-list.tsx'
import { PersonForm } from './person-form.tsx'

export function PersonPage() {
  const { personId } = useParams({ from: '/framed/people/$personId' })
  const { data: person, error, refetch } = useQuery(peopleQueries.one(personId))
  const [editing, setEditing] = useState(false)
  const params = { personId }
  const clear = useMutation({
    mutationFn: (body: { reason: string; changed: boolean }) => call('clearPasswordReset', { params, body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(peopleQueries.one(personId).queryKey, saved)
      void queryClient.invalidateQueries({ queryKey: ['people'] })
    },
  })
  const remove = useMutation({
    mutationFn: () => call('deletePerson', { params }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['people'] })
      go(paths.people())
    },
  })
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!person) return null
  const failed = clear.error ?? remove.error
  return (
    <Stack>
      <PageHeader
        title={person.name}
        context={`${person.email} · ${person.active ? 'active' : 'inactive'} · kept in ${person.source === 'manual' ? 'Riposte' : person.source.toUpperCase()}`}
        actions={<Actions person={person} edit={() => setEditing(true)} remove={() => remove.mutate()} />}
      />
      {failed ? <ErrorState error={failed} /> : null}
      <Flag person={person} clear={clear.mutate} />
      <Body person={person} />
      {editing ? <PersonForm person={person} close={() => setEditing(false)} /> : null}
    </Stack>
  )
}

function Actions({ person, edit, remove }: { person: Person; edit: () => void; remove: () => void }) {
  const mayNotWrite = useWhyNot('people.write')
  const mayNotRespond = useWhyNot('response.submit')
  return (
    <>
      <DisabledReason why={mayNotWrite}>
        <Button size="xs" variant="default" disabled={mayNotWrite !== null} onClick={edit}>
          Edit…
        </Button>
      </DisabledReason>
      <DisabledReason why={mayNotWrite}>
        <Button
          size="xs"
          variant="default"
          disabled={mayNotWrite !== null}
          onClick={() =>
            confirm({
              title: `Remove ${person.name}`,
              body: 'The person, the links to accounts and the flag are removed here; accounts elsewhere stay as they are. A directory that still has the person brings them back. What was done stays told.',
              act: `Remove ${person.name}`,
              run: remove,
            })
          }
        >
          Remove…
        </Button>
      </DisabledReason>
      <DisabledReason why={mayNotRespond}>
        <Button
          size="xs"
          color="red"
          disabled={mayNotRespond !== null}
          onClick={() =>
            respond({ type: 'force_password_reset', targets: [{ kind: 'person', id: person.id, name: person.name }] })
          }
        >
          Force password reset…
        </Button>
      </DisabledReason>
    </>
  )
}

function Flag({ person, clear }: { person: Person; clear: (body: { reason: string; changed: boolean }) => void }) {
  const mayNot = useWhyNot('people.write')
  const flag = person.passwordReset
  if (!flag) return null
  const ask = (): void => {
    let changed = false
    confirm({
      title: `Clear the flag of ${person.name}`,
      body: (
        <Stack gap="xs">
          <span>
            The person is not asked for a new password any more. Directories that were told already stay as they are.
          </span>
          <Switch label="A new password was chosen" onChange={(event) => (changed = event.currentTarget.checked)} />
        </Stack>
      ),
      act: 'Clear flag',
      reason: 'Reason',
      destroys: false,
      run: (reason) => clear({ reason, changed }),
    })
  }
  return (
    <Alert color="yellow" variant="outline" title="Must choose a new password">
      <Group justify="space-between">
        <Text size="sm" component="div">
          Since <RelativeTime at={flag.at} />, by {flag.by}.{' '}
          {flag.responseId ? <Link to={paths.response(flag.responseId)}>The response</Link> : null}
        </Text>
        <DisabledReason why={mayNot}>
          <Button size="xs" variant="default" disabled={mayNot !== null} onClick={ask}>
            Clear flag…
          </Button>
        </DisabledReason>
      </Group>
    </Alert>
  )
}

const resetLooks = {
  forced: { word: 'Forced', shape: 'triangle', tone: 'warn' },
  cleared: { word: 'Cleared', shape: 'ring', tone: 'quiet' },
  changed: { word: 'Changed', shape: 'check', tone: 'good' },
} as const
const mailLooks = {
  waiting: { word: 'Waiting', shape: 'ring', tone: 'info' },
  accepted: { word: 'Accepted', shape: 'check', tone: 'good' },
  failed: { word: 'Failed', shape: 'cross', tone: 'bad' },
} as const

function Body({ person }: { person: Person }) {
  const responses = useQuery(responseQueries.of({ personId: person.id })).data?.items ?? []
  const none = (
    <Text size="sm" className="quiet">
      None
    </Text>
  )
  return (
    <div className="columns">
      <Stack>
        <Section title="Accounts">
          {person.accounts.length === 0 ? none : null}
          <ul className="plain-list">
            {person.accounts.map((account) => (
              <Text component="li" size="sm" key={account.id}>
                <span className="mono">{account.name}</span>{' '}
                {account.deviceId ? (
                  <>
                    on <Link to={paths.device(account.deviceId)}>{account.where}</Link>
                  </>
                ) : (
                  `in ${account.where} (${account.kind.toUpperCase()})`
                )}
              </Text>
            ))}
          </ul>
        </Section>
        <Section title="Responses">
          {responses.length === 0 ? none : null}
          <ResponseList label="Responses" items={responses} />
        </Section>
        <Section title="Resets">
          {person.resets.length === 0 ? none : null}
          <ul className="plain-list">
            {person.resets.map((reset, index) => (
              <Text component="li" size="sm" key={index}>
                <Mark look={resetLooks[reset.kind]} /> <RelativeTime at={reset.at} /> by {reset.by}: {reset.reason}
              </Text>
            ))}
          </ul>
        </Section>
      </Stack>
      <Stack>
        <Section title="Facts">
          <Facts
            rows={[
              ['User name', person.userName ?? 'none'],
              ['Department', person.department ?? 'none'],
              ['Manager', person.manager ?? 'none'],
              ['External id', person.externalId ?? 'none'],
              [
                'Password changed',
                person.passwordChangedAt ? <RelativeTime at={person.passwordChangedAt} /> : 'not known',
              ],
              ['Added', <RelativeTime at={person.createdAt} />],
            ]}
          />
        </Section>
        <Section title="Mails">
          {person.notifications.length === 0 ? none : null}
          <ul className="plain-list">
            {person.notifications.map((mail, index) => (
              <Text component="li" size="sm" key={index}>
                <Mark look={mailLooks[mail.state]} /> {mail.template.replaceAll('_', ' ')} <RelativeTime at={mail.at} />
                {mail.attempts > 1 ? `, ${mail.attempts} attempts` : ''}
                {mail.detail === null ? '' : `: ${mail.detail}`}
              </Text>
            ))}
          </ul>
        </Section>
      </Stack>
    </div>
  )
}
