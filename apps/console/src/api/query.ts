import { QueryClient, queryOptions, infiniteQueryOptions } from '@tanstack/react-query'
import type { IncidentFilter } from '@riposte/contract'
import { ApiError, call } from './client.ts'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) =>
        error instanceof ApiError && error.status >= 400 && error.status < 500 ? false : count < 3,
      refetchOnWindowFocus: true,
    },
  },
})

/** Every read of the console, by name; the keys are what live events refresh. */
export const queries = {
  me: () => queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => call('me', {}, signal), staleTime: 60_000 }),
  catalog: () =>
    queryOptions({ queryKey: ['catalog'], queryFn: ({ signal }) => call('catalog', {}, signal), staleTime: Infinity }),
  checklist: () => queryOptions({ queryKey: ['checklist'], queryFn: ({ signal }) => call('checklist', {}, signal) }),
  projects: () => queryOptions({ queryKey: ['projects'], queryFn: ({ signal }) => call('listProjects', {}, signal) }),
  overview: (projectId: string, hours: number) =>
    queryOptions({
      queryKey: ['overview', projectId, hours],
      queryFn: ({ signal }) => call('projectOverview', { params: { projectId }, query: { hours } }, signal),
    }),
  instances: (projectId: string) =>
    queryOptions({
      queryKey: ['instances', projectId],
      queryFn: ({ signal }) => call('listInstances', { params: { projectId } }, signal),
    }),
  rules: (projectId: string) =>
    queryOptions({
      queryKey: ['rules', projectId],
      queryFn: ({ signal }) => call('listRules', { params: { projectId } }, signal),
    }),
  revisions: (projectId: string) =>
    queryOptions({
      queryKey: ['revisions', projectId],
      queryFn: ({ signal }) => call('listRevisions', { params: { projectId }, query: {} }, signal),
    }),
  incident: (incidentId: string) =>
    queryOptions({
      queryKey: ['incident', incidentId],
      queryFn: ({ signal }) => call('getIncident', { params: { incidentId } }, signal),
    }),
  incidents: (projectId: string, filter: IncidentFilter) =>
    infiniteQueryOptions({
      queryKey: ['incidents', projectId, filter],
      queryFn: ({ pageParam, signal }) =>
        call('listIncidents', { params: { projectId }, query: { ...filter, cursor: pageParam, limit: 100 } }, signal),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),
  projectTokens: (projectId: string) =>
    queryOptions({
      queryKey: ['project-tokens', projectId],
      queryFn: ({ signal }) => call('listProjectTokens', { params: { projectId } }, signal),
    }),
  sessions: () => queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => call('listSessions', {}, signal) }),
  apiTokens: () =>
    queryOptions({ queryKey: ['api-tokens'], queryFn: ({ signal }) => call('listApiTokens', {}, signal) }),
  checkpoints: () =>
    queryOptions({
      queryKey: ['checkpoints'],
      queryFn: ({ signal }) => call('listCheckpoints', { query: { limit: 5 } }, signal),
    }),
  audit: () =>
    infiniteQueryOptions({
      queryKey: ['audit'],
      queryFn: ({ pageParam, signal }) => call('audit', { query: { cursor: pageParam, limit: 100 } }, signal),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.nextCursor ?? undefined,
    }),
}
