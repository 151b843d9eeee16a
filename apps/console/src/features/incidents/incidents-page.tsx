import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import type { Incident, IncidentState, IncidentSummary } from '@riposte/contract'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { call, pathOf } from '../../api/client.ts'
import { onLive } from '../../api/live.ts'
import { queries, queryClient } from '../../api/query.ts'
import { go, replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { ActionChips, StateChip, stateWord } from '../../ui/chips.tsx'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { useKeys } from '../../ui/keyboard.ts'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SeverityLabel } from '../../ui/severity.tsx'
import { readFilter } from './filter.ts'

const columns: Column<IncidentSummary>[] = [
  { id: 'at', header: 'When', width: '5.5rem', render: (row) => <RelativeTime at={row.at} /> },
  { id: 'severity', header: 'Severity', width: '6rem', render: (row) => <SeverityLabel severity={row.severity} /> },
  { id: 'protection', header: 'Protection', width: '13rem', render: (row) => row.protection },
  {
    id: 'done',
    header: 'Done',
    width: '11rem',
    render: (row) => <ActionChips done={row.actions} wouldHave={row.wouldHave} />,
  },
  {
    id: 'request',
    header: 'Request',
    width: 'minmax(12rem, 1fr)',
    render: (row) => <span className="mono">{row.path === null ? '' : `${row.method ?? ''} ${row.path}`}</span>,
  },
  { id: 'ip', header: 'Address', width: '9rem', render: (row) => <span className="mono">{row.ip}</span> },
  { id: 'count', header: 'Count', width: '3.5rem', render: (row) => row.count },
  { id: 'state', header: 'State', width: '8rem', render: (row) => <StateChip state={row.state} /> },
]
const bulk: IncidentState[] = ['acknowledged', 'resolved', 'false_positive', 'new']

export function IncidentsPage() {
  const { projectId } = useParams({ from: '/framed/projects/$projectId/incidents' })
  const { filter: typed = '' } = useSearch({ strict: false })
  const [draft, setDraft] = useState(typed)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [fresh, setFresh] = useState(0)
  const box = useRef<HTMLInputElement>(null)
  const { filter, mistakes } = useMemo(() => readFilter(typed), [typed])
  const found = useInfiniteQuery(queries.incidents(projectId, filter))
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data])
  const reload = (): void => {
    setFresh(0)
    void queryClient.invalidateQueries({ queryKey: ['incidents', projectId] })
  }
  useEffect(() => setDraft(typed), [typed])
  useEffect(() => {
    const timer = setTimeout(() => draft !== typed && replace(paths.incidents(projectId, draft)), 300)
    return () => clearTimeout(timer)
  }, [draft, typed, projectId])
  const isEmpty = rows.length === 0
  useEffect(
    () =>
      onLive((event) => {
        if (event.name !== 'incident' || event.data.projectId !== projectId) return
        // Nothing can jump in an empty list: show it at once.
        if (isEmpty) void queryClient.invalidateQueries({ queryKey: ['incidents', projectId] })
        else setFresh((count) => count + 1)
      }),
    [projectId, isEmpty],
  )
  useKeys({ '/': () => box.current?.focus() })
  const change = useMutation({
    mutationFn: (state: IncidentState) =>
      call('setIncidentState', { params: { projectId }, body: { ids: [...selected] as Incident['id'][], state } }),
    onSuccess: () => {
      setSelected(new Set())
      reload()
    },
  })
  const exportTo = (format: 'csv' | 'json') => pathOf('exportIncidents', { projectId }, { ...filter, format })
  return (
    <Stack gap="sm">
      <PageHeader
        title="Incidents"
        actions={
          <>
            <Button component="a" size="xs" variant="default" href={exportTo('csv')} download>
              Export CSV
            </Button>
            <Button component="a" size="xs" variant="default" href={exportTo('json')} download>
              Export JSON
            </Button>
          </>
        }
      />
      <TextInput
        ref={box}
        aria-label="Filter incidents"
        placeholder="severity:critical protection:SqlInjection -route:/health text"
        value={draft}
        error={mistakes[0]}
        onChange={(event) => setDraft(event.currentTarget.value)}
        classNames={{ input: 'mono' }}
      />
      {fresh > 0 ? (
        <Button size="xs" variant="light" onClick={reload}>
          {fresh} new
        </Button>
      ) : null}
      {change.error ? <ErrorState error={change.error} /> : null}
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Incidents"
          rows={rows}
          columns={columns}
          rowId={(row) => row.id}
          loading={found.isPending}
          open={(row) => go(paths.incident(row.id))}
          loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
          selection={{
            ids: selected,
            set: setSelected,
            bar: (
              <Group gap={4}>
                {bulk.map((state) => (
                  <Button
                    key={state}
                    size="xs"
                    variant="default"
                    loading={change.isPending}
                    onClick={() => change.mutate(state)}
                  >
                    {stateWord(state)}
                  </Button>
                ))}
              </Group>
            ),
          }}
          empty={
            <EmptyState title={typed === '' ? 'No incidents yet' : 'Nothing matches this filter'}>
              {typed === '' ? (
                'They appear here within a second once a connected app sees an attack.'
              ) : (
                <Text size="sm">Remove a token to see more.</Text>
              )}
            </EmptyState>
          }
        />
      )}
    </Stack>
  )
}
