import { Button, Group, PasswordInput, Select, Stack, Tabs, Text, TextInput, Title } from '@mantine/core'
import { projectTypes, type Project } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { call } from '../../api/client.ts'
import { queries, queryClient } from '../../api/query.ts'
import { useCurrentProject } from '../../frame/current-project.ts'
import { replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { Audit } from './audit-log.tsx'
import { Directories } from './directories.tsx'
import { Mail } from './mail-settings.tsx'
import { Members } from './members.tsx'
import { ResponseAutomation } from './response-automation.tsx'
import { ScriptConnectors } from './script-connectors.tsx'

const refresh = (key: string): void => void queryClient.invalidateQueries({ queryKey: [key] })

const TokenOnce = ({ token }: { token: string }) => (
  <ShownOnce
    title="Copy this token now: it is not shown again"
    secret={token}
    what="token"
    then="Give it to the app as its project token."
  />
)

function Account() {
  const me = useQuery(queries.me()).data
  const sessions = useQuery(queries.sessions()).data?.items ?? []
  const [form, setForm] = useState<{ name?: string; email?: string; password?: string; currentPassword?: string }>({})
  const name = form.name ?? me?.name ?? ''
  const email = form.email ?? me?.email ?? ''
  const save = useMutation({
    mutationFn: () =>
      call('setUpMe', {
        body: {
          name,
          email,
          ...(form.password ? { password: form.password } : {}),
          ...(form.currentPassword ? { currentPassword: form.currentPassword } : {}),
        },
      }),
    onSuccess: () => {
      setForm({})
      refresh('me')
      refresh('checklist')
    },
  })
  const end = useMutation({
    mutationFn: (sessionId: string) => call('revokeSession', { params: { sessionId } }),
    onSuccess: () => refresh('sessions'),
  })
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    save.mutate()
  }
  const field = (key: keyof typeof form) => (event: React.ChangeEvent<HTMLInputElement>) =>
    setForm({ ...form, [key]: event.currentTarget.value })
  return (
    <Stack>
      <form onSubmit={submit}>
        <Stack maw={420}>
          {save.error ? <ErrorState error={save.error} /> : null}
          <TextInput label="Name" required value={name} onChange={field('name')} />
          <TextInput label="E-mail" type="email" required value={email} onChange={field('email')} />
          {me?.mustSetPassword ? null : (
            <PasswordInput
              label="Current password"
              autoComplete="current-password"
              value={form.currentPassword ?? ''}
              onChange={field('currentPassword')}
            />
          )}
          <PasswordInput
            label="New password"
            description="At least 12 characters"
            autoComplete="new-password"
            value={form.password ?? ''}
            onChange={field('password')}
          />
          <Button type="submit" loading={save.isPending}>
            Save account
          </Button>
        </Stack>
      </form>
      <Title order={2}>Sessions</Title>
      {end.error ? <ErrorState error={end.error} /> : null}
      {sessions.map((session) => (
        <Group key={session.id}>
          <Text size="sm" component="div">
            {session.ip} · {session.userAgent?.slice(0, 60)} · <RelativeTime at={session.lastSeenAt} />
          </Text>
          {session.current ? (
            <Text size="sm">this one</Text>
          ) : (
            <Button size="xs" variant="default" onClick={() => end.mutate(session.id)}>
              End session
            </Button>
          )}
        </Group>
      ))}
    </Stack>
  )
}

function ProjectTokens({ project }: { project: Project }) {
  const params = { projectId: project.id }
  const tokens = useQuery(queries.projectTokens(project.id))
  const make = useMutation({
    mutationFn: (overlapHours?: number) =>
      call('createProjectToken', { params, body: overlapHours === undefined ? {} : { overlapHours } }),
    onSuccess: () => refresh('project-tokens'),
  })
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call('revokeProjectToken', { params: { ...params, tokenId } }),
    onSuccess: () => refresh('project-tokens'),
  })
  const error = tokens.error ?? make.error ?? revoke.error
  return (
    <Stack>
      <Title order={2}>Tokens of {project.name}</Title>
      {error ? <ErrorState error={error} /> : null}
      {make.data ? <TokenOnce token={make.data.token} /> : null}
      {tokens.data?.items.map((token) => (
        <Group key={token.id}>
          <Text size="sm" component="div">
            <span className="mono">{token.prefix}…</span> {token.note} · made <RelativeTime at={token.createdAt} />
            {token.expiresAt ? (
              <>
                {' '}
                · ends <RelativeTime at={token.expiresAt} />
              </>
            ) : null}
          </Text>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={`Revoke token ${token.prefix}`}
            onClick={() =>
              confirm({
                title: 'Revoke token',
                body: `Apps that use ${token.prefix}… lose their connection at once. This cannot be undone.`,
                act: 'Revoke token',
                run: () => revoke.mutate(token.id),
              })
            }
          >
            Revoke
          </Button>
        </Group>
      ))}
      <Group>
        <Button size="xs" onClick={() => make.mutate(undefined)}>
          Make token
        </Button>
        <Button size="xs" variant="default" onClick={() => make.mutate(24)}>
          Rotate: older ones end in 24 h
        </Button>
      </Group>
    </Stack>
  )
}

function Projects() {
  const current = useCurrentProject()
  const [name, setName] = useState('')
  const [type, setType] = useState<Project['type']>('cloud')
  const make = useMutation({
    mutationFn: () => call('createProject', { body: { name, type } }),
    onSuccess: () => {
      setName('')
      refresh('projects')
      refresh('checklist')
    },
  })
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <Stack>
      <form onSubmit={submit} aria-label="New project">
        <Group align="flex-end">
          <TextInput
            label="New project"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Type"
            allowDeselect={false}
            data={projectTypes.map((value) => ({ value, label: value === 'cloud' ? 'Cloud' : 'On-premise' }))}
            value={type}
            onChange={(value) => value && setType(value)}
          />
          <Button type="submit" loading={make.isPending}>
            Make project
          </Button>
        </Group>
      </form>
      {make.error ? <ErrorState error={make.error} /> : null}
      {make.data ? <TokenOnce token={make.data.token} /> : null}
      {current ? <ProjectTokens key={current.id} project={current} /> : null}
    </Stack>
  )
}

function ApiTokens() {
  const tokens = useQuery(queries.apiTokens())
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: () => call('createApiToken', { body: { name } }),
    onSuccess: () => refresh('api-tokens'),
  })
  const revoke = useMutation({
    mutationFn: (tokenId: string) => call('revokeApiToken', { params: { tokenId } }),
    onSuccess: () => refresh('api-tokens'),
  })
  const error = tokens.error ?? make.error ?? revoke.error
  return (
    <Stack>
      {error ? <ErrorState error={error} /> : null}
      {make.data ? <TokenOnce token={make.data.token} /> : null}
      {tokens.data?.items.map((token) => (
        <Group key={token.id}>
          <Text size="sm">
            {token.name} <span className="mono">{token.prefix}…</span>
          </Text>
          <Button
            size="xs"
            variant="subtle"
            color="red"
            onClick={() =>
              confirm({
                title: 'Revoke token',
                body: `${token.name} stops working at once. This cannot be undone.`,
                act: 'Revoke token',
                run: () => revoke.mutate(token.id),
              })
            }
          >
            Revoke
          </Button>
        </Group>
      ))}
      <Group align="flex-end">
        <TextInput
          label="Name of a new API token"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button disabled={name === ''} onClick={() => make.mutate()}>
          Make API token
        </Button>
      </Group>
    </Stack>
  )
}

const tabs = {
  projects: ['Projects and tokens', Projects],
  members: ['Members', Members],
  'response-automation': ['Response Automation', ResponseAutomation],
  mail: ['Mail', Mail],
  directories: ['Directories', Directories],
  connectors: ['Script connectors', ScriptConnectors],
  account: ['Account and sessions', Account],
  api: ['API tokens', ApiTokens],
  audit: ['Audit log', Audit],
} as const

export function SettingsPage() {
  const { tab = 'projects' } = useSearch({ strict: false })
  return (
    <Stack>
      <PageHeader title="Settings" />
      <Tabs
        value={tab in tabs ? tab : 'projects'}
        onChange={(next) => replace(paths.settings(next ?? undefined))}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {Object.entries(tabs).map(([id, [label]]) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(tabs).map(([id, [, Panel]]) => (
          <Tabs.Panel key={id} value={id}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  )
}
