const query = (values: Readonly<Record<string, string>>): string => {
  const search = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))
  return search.size === 0 ? '' : `?${search.toString()}`
}

/** Every address of the console. */
export const paths = {
  home: () => '/',
  signIn: () => '/sign-in',
  overview: (projectId: string) => `/projects/${projectId}/overview`,
  incidents: (projectId: string, filter = '') => `/projects/${projectId}/incidents${query({ filter })}`,
  incident: (incidentId: string) => `/incidents/${incidentId}`,
  workflow: (projectId: string) => `/projects/${projectId}/workflow`,
  newRule: (projectId: string, protection: string) =>
    `/projects/${projectId}/workflow?add=${encodeURIComponent(protection)}`,
  devices: (filter = '') => `/devices${query({ filter })}`,
  device: (deviceId: string, tab = '') => `/devices/${deviceId}${query({ tab })}`,
  approvals: (state = '') => `/responses/approvals${query({ state })}`,
  history: (filter = '') => `/responses/history${query({ filter })}`,
  response: (responseId: string) => `/responses/${responseId}`,
  request: (requestId: string) => `/requests/${requestId}`,
  evidence: () => '/evidence',
  evidenceItem: (evidenceId: string) => `/evidence/${evidenceId}`,
  people: (filter = '') => `/people${query({ filter })}`,
  person: (personId: string) => `/people/${personId}`,
  scripts: (filter = '') => `/scripts${query({ filter })}`,
  script: (scriptId: string, version = '') => `/scripts/${scriptId}${query({ version })}`,
  settings: (tab = 'projects') => `/settings?tab=${tab}`,
} as const
