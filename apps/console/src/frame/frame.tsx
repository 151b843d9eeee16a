import {
  Alert,
  AppShell,
  Burger,
  Group,
  Menu,
  Modal,
  NavLink,
  Select,
  Button,
  Text,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ApiError, call } from '../api/client.ts'
import { goLive, goSilent, useLiveState } from '../api/live.ts'
import { queries, queryClient } from '../api/query.ts'
import { paths } from '../paths.ts'
import { DisabledReason } from '../ui/disabled-reason.tsx'
import { useKeys } from '../ui/keyboard.ts'
import { ErrorState } from '../ui/page.tsx'
import { useCurrentProject } from './current-project.ts'
import { go } from './navigate.ts'

const later = [
  'Firewall',
  'Devices',
  'Detections',
  'Investigations',
  'Response Actions',
  'People',
  'Scripts',
  'Reports',
]
const keysHelp = [
  ['g o', 'Overview'],
  ['g i', 'Incidents'],
  ['g w', 'Workflow'],
  ['/', 'Filter'],
  ['j  k', 'Next, previous row'],
  ['x', 'Select row'],
  ['Enter', 'Open row'],
  ['r', 'Raw JSON of an incident'],
  ['?', 'This help'],
] as const

function LiveIndicator() {
  const state = useLiveState()
  const words = {
    connected: 'Live',
    connecting: 'Connecting',
    offline: state.kind === 'offline' ? `Offline since ${new Date(state.since).toLocaleTimeString()}` : '',
  }[state.kind]
  return (
    <Text size="sm" role="status" aria-label="Live updates">
      <span aria-hidden="true">{state.kind === 'connected' ? '● ' : '○ '}</span>
      {words}
    </Text>
  )
}

/** Navigation, project switch, live state and my menu, around every page of a signed-in member. */
export function Frame() {
  const me = useQuery(queries.me())
  const projects = useQuery(queries.projects()).data?.items ?? []
  const project = useCurrentProject()
  const live = useLiveState()
  const { pathname } = useLocation()
  const { setColorScheme } = useMantineColorScheme()
  const [help, helpActions] = useDisclosure()
  const [nav, navActions] = useDisclosure()
  const signedOut = me.error instanceof ApiError && me.error.status === 401

  useEffect(() => {
    if (signedOut) go(paths.signIn())
  }, [signedOut])
  useEffect(() => {
    if (me.data) goLive()
  }, [me.data])
  useKeys({
    'g o': () => project && go(paths.overview(project.id)),
    'g i': () => project && go(paths.incidents(project.id)),
    'g w': () => project && go(paths.workflow(project.id)),
    '?': helpActions.open,
  })
  if (me.error && !signedOut) return <ErrorState error={me.error} retry={() => void me.refetch()} />
  if (!me.data) return null

  const signOut = async (): Promise<void> => {
    await call('signOut', {})
    goSilent()
    queryClient.clear()
    go(paths.signIn())
  }
  const entry = (label: string, href: string) => (
    <NavLink
      key={label}
      component="a"
      href={href}
      label={label}
      active={pathname === href.split('?')[0]}
      onClick={(event: React.MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        navActions.close()
        go(href)
      }}
    />
  )
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !nav } }}
      padding="md"
    >
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={nav} onClick={navActions.toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Text fw={700} visibleFrom="sm">
              Riposte
            </Text>
            <Select
              aria-label="Project"
              size="xs"
              w={180}
              allowDeselect={false}
              data={projects.map(({ id, name }) => ({ value: id, label: name }))}
              value={project?.id ?? null}
              onChange={(id) =>
                id &&
                go(
                  pathname.endsWith('/workflow')
                    ? paths.workflow(id)
                    : pathname.endsWith('/incidents')
                      ? paths.incidents(id)
                      : paths.overview(id),
                )
              }
            />
          </Group>
          <Group gap="md" wrap="nowrap">
            <LiveIndicator />
            <Menu position="bottom-end">
              <Menu.Target>
                <Button size="xs" variant="default" aria-label="My menu">
                  {me.data.name.slice(0, 16)}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setColorScheme('dark')}>Dark</Menu.Item>
                <Menu.Item onClick={() => setColorScheme('light')}>Light</Menu.Item>
                <Menu.Item onClick={() => setColorScheme('auto')}>As the system</Menu.Item>
                <Menu.Divider />
                <Menu.Item onClick={() => go(paths.settings('account'))}>Account and sessions</Menu.Item>
                <Menu.Item onClick={helpActions.open}>Keyboard help</Menu.Item>
                <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main">
        {project
          ? [
              entry('Overview', paths.overview(project.id)),
              entry('Incidents', paths.incidents(project.id)),
              entry('Workflow', paths.workflow(project.id)),
            ]
          : null}
        {later.map((label) => (
          <DisabledReason key={label} why="Not in this version">
            <Text size="sm" px="sm" py={5} className="quiet">
              {label}
            </Text>
          </DisabledReason>
        ))}
        {entry('Settings', paths.settings())}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        {live.kind === 'offline' ? (
          <Alert color="yellow" mb="md" role="status">
            The control plane has not answered since {new Date(live.since).toLocaleTimeString()}. Trying again by
            itself; what you see may be old.
          </Alert>
        ) : null}
        {me.data.mustSetPassword ? (
          <Alert mb="md">
            <Group justify="space-between">
              You came in by a one-time link. Choose an e-mail and a password so that you can come back.
              <Button size="xs" onClick={() => go(paths.settings('account'))}>
                Choose password
              </Button>
            </Group>
          </Alert>
        ) : null}
        <Outlet />
      </AppShell.Main>
      <Modal opened={help} onClose={helpActions.close} title="Keyboard">
        <dl className="facts">
          {keysHelp.map(([key, what]) => [
            <dt key={key} className="mono">
              {key}
            </dt>,
            <dd key={what}>{what}</dd>,
          ])}
        </dl>
      </Modal>
    </AppShell>
  )
}
