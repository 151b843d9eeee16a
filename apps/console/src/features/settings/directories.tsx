import { Alert, Button, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import type { LdapConnector } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { peopleQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { confirm } from '../../ui/confirm.tsx'
import { EmptyState, ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { plural } from '../../ui/words.ts'
import { LdapForm } from './ldap-form.tsx'

const refresh = (key: string): void => void queryClient.invalidateQueries({ queryKey: [key] })

/** Where people come from: pushed by SCIM, or read by LDAP. */
export function Directories() {
  const mayNot = useWhyNot('settings.write')
  if (mayNot !== null) return <EmptyState title="Directories">{mayNot}</EmptyState>
  return (
    <Stack>
      <DirectoryTokens />
      <LdapConnectors />
    </Stack>
  )
}

function DirectoryTokens() {
  const tokens = useQuery(peopleQueries.directoryTokens())
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: () => call('createDirectoryToken', { body: { name } }),
    onSuccess: () => {
      setName('')
      refresh('directory-tokens')
    },
  })
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call('revokeDirectoryToken', { params: { tokenId } }),
    onSuccess: () => refresh('directory-tokens'),
  })
  const error = tokens.error ?? make.error ?? revoke.error
  return (
    <Stack component="section" aria-label="Directory tokens" gap="xs">
      <Title order={2}>Directory tokens (SCIM)</Title>
      {tokens.data ? (
        <Text size="sm" component="div">
          An identity provider pushes people to <Code>{tokens.data.scimUrl}</Code> with one of these as its bearer
          token.
        </Text>
      ) : null}
      {error ? <ErrorState error={error} /> : null}
      {make.data ? (
        <ShownOnce
          title="Copy this token now: it is not shown again"
          secret={make.data.token}
          what="token"
          then="Give it to the identity provider as its SCIM token."
        />
      ) : null}
      {tokens.data?.items.map((token) => (
        <Group key={token.id}>
          <Text size="sm" component="div">
            {token.name} <span className="mono">{token.prefix}…</span> ·{' '}
            {token.lastUsedAt ? (
              <>
                used <RelativeTime at={token.lastUsedAt} />
              </>
            ) : (
              'never used'
            )}
          </Text>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={`Revoke directory token ${token.name}`}
            onClick={() =>
              confirm({
                title: `Revoke directory token ${token.name}`,
                body: 'The identity provider that uses it can push nothing more. Its people stay. This cannot be undone.',
                act: 'Revoke token',
                run: () => revoke.mutate(token.id),
              })
            }
          >
            Revoke
          </Button>
        </Group>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Group align="flex-end">
          <TextInput
            label="Name of a new directory token"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={make.isPending}>
            Make directory token
          </Button>
        </Group>
      </form>
    </Stack>
  )
}

function LdapConnectors() {
  const connectors = useQuery(peopleQueries.ldapConnectors())
  const [editing, setEditing] = useState<LdapConnector | 'new' | null>(null)
  const params = (connectorId: string) => ({ params: { connectorId } })
  const test = useMutation({ mutationFn: (id: string) => call('testLdapConnector', params(id)) })
  const sync = useMutation({
    mutationFn: (id: string) => call('syncLdapConnector', params(id)),
    onSettled: () => refresh('ldap-connectors'),
  })
  const remove = useMutation({
    mutationFn: (id: string) => call('deleteLdapConnector', params(id)),
    onSuccess: () => refresh('ldap-connectors'),
  })
  const error = connectors.error ?? test.error ?? sync.error ?? remove.error
  return (
    <Stack component="section" aria-label="LDAP connectors" gap="xs">
      <Title order={2}>LDAP connectors</Title>
      {error ? <ErrorState error={error} /> : null}
      {connectors.data?.items.length === 0 ? (
        <Text size="sm" className="quiet">
          None. A connector reads people from a directory, and makes it ask for a new password when a reset is forced.
        </Text>
      ) : null}
      {connectors.data?.items.map((connector) => (
        <Group key={connector.id} className="panel" p="sm" justify="space-between">
          <Stack gap={0}>
            <Text size="sm" fw={600}>
              {connector.name}
            </Text>
            <Text size="xs" className="quiet" component="div">
              {connector.host}:{connector.port} {connector.tls} · {plural(connector.people, 'person', 'people')} ·{' '}
              {connector.lastSync ? (
                <>
                  {connector.lastSync.ok ? 'read' : 'failed'} <RelativeTime at={connector.lastSync.at} />:{' '}
                  {connector.lastSync.detail}
                </>
              ) : (
                'not read yet'
              )}
            </Text>
          </Stack>
          <Group gap="xs">
            <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate(connector.id)}>
              Test
            </Button>
            <Button size="xs" variant="default" loading={sync.isPending} onClick={() => sync.mutate(connector.id)}>
              Read now
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={`Edit ${connector.name}`}
              onClick={() => setEditing(connector)}
            >
              Edit
            </Button>
            <Button
              size="xs"
              variant="subtle"
              color="red"
              aria-label={`Delete ${connector.name}`}
              onClick={() =>
                confirm({
                  title: `Delete connector ${connector.name}`,
                  body: 'The directory is read no more, and a forced reset does not reach it any more. Its people stay.',
                  act: 'Delete connector',
                  run: () => remove.mutate(connector.id),
                })
              }
            >
              Delete
            </Button>
          </Group>
        </Group>
      ))}
      {test.data ? (
        <Alert
          color={test.data.ok ? 'green' : 'red'}
          variant="outline"
          role="status"
          title={test.data.ok ? 'It answers' : 'It does not work'}
        >
          {test.data.detail} {test.data.sample.map(({ name, email }) => `${name} <${email}>`).join(', ')}
        </Alert>
      ) : null}
      <Group>
        <Button variant="default" onClick={() => setEditing('new')}>
          Add LDAP connector
        </Button>
      </Group>
      {editing === null ? null : (
        <LdapForm connector={editing === 'new' ? null : editing} close={() => setEditing(null)} />
      )}
    </Stack>
  )
}
