import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { Frame } from './frame/frame.tsx'
import { history } from './frame/history.ts'
import { Home } from './frame/home.tsx'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined
const kept = (names: readonly string[]) => (search: Record<string, unknown>) =>
  Object.fromEntries(names.flatMap((name) => (text(search[name]) === undefined ? [] : [[name, text(search[name])]])))

const root = createRootRoute({ component: Outlet })
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./features/sign-in/sign-in-page.tsx'), 'SignInPage'),
})
const framed = createRoute({ getParentRoute: () => root, id: 'framed', component: Frame })
const at = { getParentRoute: () => framed } as const
const home = createRoute({ ...at, path: '/', component: Home })
const overview = createRoute({
  ...at,
  path: '/projects/$projectId/overview',
  validateSearch: kept(['hours']),
  component: lazyRouteComponent(() => import('./features/overview/overview-page.tsx'), 'OverviewPage'),
})
const incidents = createRoute({
  ...at,
  path: '/projects/$projectId/incidents',
  validateSearch: kept(['filter']),
  component: lazyRouteComponent(() => import('./features/incidents/incidents-page.tsx'), 'IncidentsPage'),
})
const incident = createRoute({
  ...at,
  path: '/incidents/$incidentId',
  component: lazyRouteComponent(() => import('./features/incidents/incident-page.tsx'), 'IncidentPage'),
})
const workflow = createRoute({
  ...at,
  path: '/projects/$projectId/workflow',
  validateSearch: kept(['add']),
  component: lazyRouteComponent(() => import('./features/workflow/workflow-page.tsx'), 'WorkflowPage'),
})
const settings = createRoute({
  ...at,
  path: '/settings',
  validateSearch: kept(['tab']),
  component: lazyRouteComponent(() => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
})

export const router = createRouter({
  history,
  routeTree: root.addChildren([signIn, framed.addChildren([home, overview, incidents, incident, workflow, settings])]),
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
