import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { LiveQuery } from '@riposte/contract'
import { call, type Arguments } from './client.ts'

type QueryOf<Id extends 'listDevices' | 'listResponses' | 'listPeople' | 'listScripts'> = Omit<
  NonNullable<Arguments<Id>['query']>,
  'cursor' | 'limit'
>
export type DeviceQuery = QueryOf<'listDevices'>
export type ResponseQuery = QueryOf<'listResponses'>
export type PeopleQuery = QueryOf<'listPeople'>
export type ScriptQuery = QueryOf<'listScripts'>

const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { nextCursor: string | null }) => last.nextCursor ?? undefined,
}

/** Reads of devices and responses. The first part of a key is what live events refresh. */
export const deviceQueries = {
  list: (filter: DeviceQuery) =>
    infiniteQueryOptions({
      queryKey: ['devices', filter],
      queryFn: ({ pageParam, signal }) =>
        call('listDevices', { query: { ...filter, cursor: pageParam, limit: 100 } }, signal),
      placeholderData: keepPreviousData,
      ...paging,
    }),
  /** The first few that match what is being typed. */
  find: (text: string) =>
    queryOptions({
      queryKey: ['devices', 'find', text],
      queryFn: ({ signal }) => call('listDevices', { query: { ...(text === '' ? {} : { text }), limit: 20 } }, signal),
      placeholderData: keepPreviousData,
    }),
  one: (deviceId: string) =>
    queryOptions({
      queryKey: ['device', deviceId],
      queryFn: ({ signal }) => call('getDevice', { params: { deviceId } }, signal),
    }),
  labels: () =>
    queryOptions({ queryKey: ['device-labels'], queryFn: ({ signal }) => call('listDeviceLabels', {}, signal) }),
  live: (deviceId: string, query: LiveQuery) =>
    queryOptions({
      queryKey: ['live', deviceId, query],
      queryFn: ({ signal }) => call('readLive', { params: { deviceId, query } }, signal),
      retry: false,
      refetchOnWindowFocus: false,
      staleTime: 0,
      gcTime: 0,
    }),
  tokens: () =>
    queryOptions({ queryKey: ['enrolment-tokens'], queryFn: ({ signal }) => call('listEnrolmentTokens', {}, signal) }),
}

export const responseQueries = {
  actions: () =>
    queryOptions({
      queryKey: ['response-actions'],
      queryFn: ({ signal }) => call('listResponseActions', {}, signal),
      staleTime: 60_000,
    }),
  history: (filter: ResponseQuery) =>
    infiniteQueryOptions({
      queryKey: ['responses', filter],
      queryFn: ({ pageParam, signal }) =>
        call('listResponses', { query: { ...filter, cursor: pageParam, limit: 100 } }, signal),
      placeholderData: keepPreviousData,
      ...paging,
    }),
  /** The newest of one device, person or request: refreshed at once, since it is short. */
  of: (filter: ResponseQuery, limit = 15) =>
    queryOptions({
      queryKey: ['responses-of', filter, limit],
      queryFn: ({ signal }) => call('listResponses', { query: { ...filter, limit } }, signal),
    }),
  one: (responseId: string) =>
    queryOptions({
      queryKey: ['response', responseId],
      queryFn: ({ signal }) => call('getResponse', { params: { responseId } }, signal),
    }),
  requests: (state: 'waiting' | 'review' | 'all') =>
    queryOptions({
      queryKey: ['requests', state],
      queryFn: ({ signal }) => call('listRequests', { query: { state, limit: 100 } }, signal),
    }),
  request: (requestId: string) =>
    queryOptions({
      queryKey: ['request', requestId],
      queryFn: ({ signal }) => call('getRequest', { params: { requestId } }, signal),
    }),
  requirements: () =>
    queryOptions({
      queryKey: ['approval-requirements'],
      queryFn: ({ signal }) => call('readApprovalRequirements', {}, signal),
    }),
  suppressions: () =>
    queryOptions({ queryKey: ['suppressions'], queryFn: ({ signal }) => call('listSuppressions', {}, signal) }),
}

export const peopleQueries = {
  list: (filter: PeopleQuery) =>
    infiniteQueryOptions({
      queryKey: ['people', filter],
      queryFn: ({ pageParam, signal }) =>
        call('listPeople', { query: { ...filter, cursor: pageParam, limit: 100 } }, signal),
      placeholderData: keepPreviousData,
      ...paging,
    }),
  find: (text: string) =>
    queryOptions({
      queryKey: ['people', 'find', text],
      queryFn: ({ signal }) => call('listPeople', { query: { ...(text === '' ? {} : { text }), limit: 20 } }, signal),
      placeholderData: keepPreviousData,
    }),
  one: (personId: string) =>
    queryOptions({
      queryKey: ['person', personId],
      queryFn: ({ signal }) => call('getPerson', { params: { personId } }, signal),
    }),
  members: () => queryOptions({ queryKey: ['members'], queryFn: ({ signal }) => call('listMembers', {}, signal) }),
  directoryTokens: () =>
    queryOptions({ queryKey: ['directory-tokens'], queryFn: ({ signal }) => call('listDirectoryTokens', {}, signal) }),
  ldapConnectors: () =>
    queryOptions({ queryKey: ['ldap-connectors'], queryFn: ({ signal }) => call('listLdapConnectors', {}, signal) }),
  mail: () =>
    queryOptions({ queryKey: ['mail-settings'], queryFn: ({ signal }) => call('readMailSettings', {}, signal) }),
}

export const scriptQueries = {
  list: (filter: ScriptQuery) =>
    infiniteQueryOptions({
      queryKey: ['scripts', filter],
      queryFn: ({ pageParam, signal }) =>
        call('listScripts', { query: { ...filter, cursor: pageParam, limit: 100 } }, signal),
      placeholderData: keepPreviousData,
      ...paging,
    }),
  all: () =>
    queryOptions({
      queryKey: ['scripts', 'all'],
      queryFn: ({ signal }) => call('listScripts', { query: { limit: 200 } }, signal),
    }),
  one: (scriptId: string) =>
    queryOptions({
      queryKey: ['script', scriptId],
      queryFn: ({ signal }) => call('getScript', { params: { scriptId } }, signal),
    }),
  connectors: () =>
    queryOptions({
      queryKey: ['script-connectors'],
      queryFn: ({ signal }) => call('listScriptConnectors', {}, signal),
    }),
}

export type EvidenceQuery = Omit<NonNullable<Arguments<'listEvidence'>['query']>, 'cursor' | 'limit'>
export const evidenceQueries = {
  list: (filter: EvidenceQuery) =>
    infiniteQueryOptions({
      queryKey: ['evidence', filter],
      queryFn: ({ pageParam, signal }) =>
        call('listEvidence', { query: { ...filter, cursor: pageParam, limit: 100 } }, signal),
      placeholderData: keepPreviousData,
      ...paging,
    }),
  one: (evidenceId: string) =>
    queryOptions({
      queryKey: ['evidence', 'one', evidenceId],
      queryFn: ({ signal }) => call('getEvidence', { params: { evidenceId } }, signal),
    }),
  storage: () =>
    queryOptions({
      queryKey: ['evidence', 'storage'],
      queryFn: ({ signal }) => call('readEvidenceStorage', {}, signal),
    }),
}
