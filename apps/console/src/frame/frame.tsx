import {
  Alert,
  AppShell,
  Burger,
  Group,
  Kbd,
  Menu,
  ScrollArea,
  Select,
  Button,
  Text,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { ApiError, call } from '../api/client.ts'
import { goLive, goSilent, useLiveState } from '../api/live.ts'
import { responseQueries } from '../api/defend-queries.ts'
import { queries, queryClient } from '../api/query.ts'
import { paths } from '../paths.ts'
import { useKeys } from '../ui/keyboard.ts'
import { ErrorState } from '../ui/page.tsx'
import { useCurrentProject } from './current-project.ts'
import { go } from './navigate.ts'
import { Navigation } from './navigation.tsx'
import { placesOf } from './places.ts'
import { commandLineStore, openCommandLine, respondStore } from './respond.ts'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette: component }) => ({ default: component })))
const KeyboardHelp = lazy(() => import('./keyboard-help.tsx').then((loaded) => ({ default: loaded.KeyboardHelp })))
const RespondDrawer = lazy(() =>
  import('../features/responses/respond-drawer.tsx').then((loaded) => ({ default: loaded.RespondDrawer })),
)
const CommandLineDrawer = lazy(() =>
  import('../features/command-line/command-line.tsx').then((loaded) => ({ default: loaded.CommandLineDrawer })),
)

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
      <span className="live-words">{words}</span>
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
  const responding = respondStore.use() !== null
  const typing = commandLineStore.use() !== null
  const { setColorScheme } = useMantineColorScheme()
  const [help, helpActions] = useDisclosure()
  const [nav, navActions] = useDisclosure()
  const [palette, paletteActions] = useDisclosure()
  const waiting = useQuery({ ...responseQueries.requests('waiting'), enabled: me.isSuccess }).data?.waitingForMe ?? 0
  const signedOut = me.error instanceof ApiError && me.error.status === 401

  useEffect(() => {
    if (signedOut) go(paths.signIn())
  }, [signedOut])
  useEffect(() => {
    if (me.data) goLive()
  }, [me.data])
  const places = placesOf(project)
  useKeys({
    ...Object.fromEntries(places.flatMap(({ keys, href }) => (keys === null ? [] : [[keys, () => go(href)]]))),
    ':': () => openCommandLine(),
    '?': helpActions.open,
  })
  useHotkeys([['mod+K', paletteActions.toggle]], [])
  if (me.error && !signedOut) return <ErrorState error={me.error} retry={() => void me.refetch()} />
  if (!me.data) return null

  const signOut = async (): Promise<void> => {
    await call('signOut', {})
    goSilent()
    queryClient.clear()
    go(paths.signIn())
  }
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
              w={{ base: 116, sm: 180 }}
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
          <Group gap="sm" wrap="nowrap">
            {waiting > 0 ? (
              <Button
                size="xs"
                variant="light"
                component="a"
                href={paths.approvals()}
                aria-label={`${waiting} ${waiting === 1 ? 'approval' : 'approvals'} waiting for you`}
                onClick={(event: React.MouseEvent) => {
                  event.preventDefault()
                  go(paths.approvals())
                }}
              >
                {waiting}
                <Text span inherit visibleFrom="sm">
                  &nbsp;waiting for you
                </Text>
              </Button>
            ) : null}
            <Button
              size="xs"
              variant="default"
              visibleFrom="md"
              onClick={paletteActions.open}
              aria-label="Search everything"
            >
              Search <Kbd ml={6}>Ctrl K</Kbd>
            </Button>
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
                <Menu.Item onClick={paletteActions.open}>Search everything</Menu.Item>
                <Menu.Item onClick={helpActions.open}>Keyboard help</Menu.Item>
                <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main">
        <AppShell.Section grow component={ScrollArea} viewportProps={{ tabIndex: -1 }}>
          <Navigation project={project} waiting={waiting} done={navActions.close} />
        </AppShell.Section>
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
      <Suspense fallback={null}>
        {palette ? <Palette places={places} close={paletteActions.close} /> : null}
        {responding ? <RespondDrawer /> : null}
        {typing ? <CommandLineDrawer /> : null}
        {help ? <KeyboardHelp close={helpActions.close} /> : null}
      </Suspense>
    </AppShell>
  )
}
