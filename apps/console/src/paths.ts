/** Every address of the console. */
export const paths = {
  home: () => '/',
  signIn: () => '/sign-in',
  overview: (projectId: string) => `/projects/${projectId}/overview`,
  incidents: (projectId: string, filter = '') =>
    `/projects/${projectId}/incidents${filter === '' ? '' : `?filter=${encodeURIComponent(filter)}`}`,
  incident: (incidentId: string) => `/incidents/${incidentId}`,
  workflow: (projectId: string) => `/projects/${projectId}/workflow`,
  newRule: (projectId: string, protection: string) =>
    `/projects/${projectId}/workflow?add=${encodeURIComponent(protection)}`,
  settings: (tab = 'projects') => `/settings?tab=${tab}`,
} as const
