import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { Frame } from './frame/frame.tsx'
import { history } from './frame/history.ts'
import { Home } from './frame/home.tsx'
import { NotFound } from './frame/not-found.tsx'

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

const devices = createRoute({
  ...at,
  path: '/devices',
  validateSearch: kept(['filter', 'add']),
  component: lazyRouteComponent(() => import('./features/devices/devices-page.tsx'), 'DevicesPage'),
})
const device = createRoute({
  ...at,
  path: '/devices/$deviceId',
  validateSearch: kept(['tab']),
  component: lazyRouteComponent(() => import('./features/devices/device-page.tsx'), 'DevicePage'),
})
const approvals = createRoute({
  ...at,
  path: '/responses/approvals',
  validateSearch: kept(['state']),
  component: lazyRouteComponent(() => import('./features/responses/approvals-page.tsx'), 'ApprovalsPage'),
})
const responseHistory = createRoute({
  ...at,
  path: '/responses/history',
  validateSearch: kept(['filter']),
  component: lazyRouteComponent(() => import('./features/responses/history-page.tsx'), 'HistoryPage'),
})
const response = createRoute({
  ...at,
  path: '/responses/$responseId',
  component: lazyRouteComponent(() => import('./features/responses/response-page.tsx'), 'ResponsePage'),
})
const request = createRoute({
  ...at,
  path: '/requests/$requestId',
  component: lazyRouteComponent(() => import('./features/responses/request-page.tsx'), 'RequestPage'),
})
const evidence = createRoute({
  ...at,
  path: '/evidence',
  validateSearch: kept(['filter']),
  component: lazyRouteComponent(() => import('./features/evidence/evidence-page.tsx'), 'EvidencePage'),
})
const evidenceItem = createRoute({
  ...at,
  path: '/evidence/$evidenceId',
  component: lazyRouteComponent(() => import('./features/evidence/evidence-item-page.tsx'), 'EvidenceItemPage'),
})
const people = createRoute({
  ...at,
  path: '/people',
  validateSearch: kept(['filter', 'add']),
  component: lazyRouteComponent(() => import('./features/people/people-page.tsx'), 'PeoplePage'),
})
const person = createRoute({
  ...at,
  path: '/people/$personId',
  component: lazyRouteComponent(() => import('./features/people/person-page.tsx'), 'PersonPage'),
})
const scripts = createRoute({
  ...at,
  path: '/scripts',
  validateSearch: kept(['filter', 'add']),
  component: lazyRouteComponent(() => import('./features/scripts/scripts-page.tsx'), 'ScriptsPage'),
})
const script = createRoute({
  ...at,
  path: '/scripts/$scriptId',
  validateSearch: kept(['version']),
  component: lazyRouteComponent(() => import('./features/scripts/script-page.tsx'), 'ScriptPage'),
})
const nowhere = createRoute({ ...at, path: '$', component: NotFound })

const pages = [
  home,
  overview,
  incidents,
  incident,
  workflow,
  settings,
  devices,
  device,
  approvals,
  responseHistory,
  response,
  request,
  evidence,
  evidenceItem,
  people,
  person,
  scripts,
  script,
  nowhere,
] as const

export const router = createRouter({
  history,
  routeTree: root.addChildren([signIn, framed.addChildren(pages)]),
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
