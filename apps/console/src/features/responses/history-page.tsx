import { Button, Stack } from '@mantine/core'
import type { ResponseSummary } from '@riposte/contract'
import { useInfiniteQuery, useQuery, type InfiniteData } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { call, pathOf } from '../../api/client.ts'
import { peopleQueries, responseQueries } from '../../api/defend-queries.ts'
import { onLive } from '../../api/live.ts'
import { queryClient } from '../../api/query.ts'
import { go, replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { Mark } from '../../ui/mark.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { containmentLooks, statusLooks, verificationLooks } from '../../ui/words.ts'
import { historyKeys, readHistoryFilter } from './history-filter.ts'

const time = (at: string | null) => (at === null ? <span className="quiet">–</span> : <RelativeTime at={at} />)
const columns: Column<ResponseSummary>[] = [
  { id: 'submitted', header: 'Submitted', width: '4.25rem', render: (row) => <RelativeTime at={row.submittedAt} /> },
  { id: 'what', header: 'What', width: 'minmax(9rem, 2fr)', render: (row) => row.sentence },
  { id: 'status', header: 'Status', width: '8.25rem', render: (row) => <Mark look={statusLooks[row.status]} /> },
  { id: 'by', header: 'Submitted by', width: '5.25rem', render: (row) => row.submittedBy.name },
  {
    id: 'approved',
    header: 'Approved by',
    width: '5.5rem',
    render: (row) =>
      row.emergency
        ? 'emergency'
        : row.approvedBy.length === 0
          ? '–'
          : row.approvedBy.map(({ name }) => name).join(', '),
  },
  { id: 'started', header: 'Started', width: '4rem', render: (row) => time(row.startedAt) },
  { id: 'finished', header: 'Completed', width: '4.5rem', render: (row) => time(row.finishedAt) },
  {
    id: 'verification',
    header: 'Verification',
    width: '6.25rem',
    render: (row) => (row.verification ? <Mark look={verificationLooks[row.verification.state]} /> : '–'),
  },
  {
    id: 'containment',
    header: 'Containment',
    width: '5.75rem',
    render: (row) => (row.containment ? <Mark look={containmentLooks[row.containment.state]} /> : '–'),
  },
  { id: 'trigger', header: 'Trigger', width: 'minmax(3.75rem, 1fr)', render: (row) => row.trigger?.title ?? 'by hand' },
]

type Pages = InfiniteData<{ items: ResponseSummary[]; nextCursor: string | null }>

/** Rows that are shown are brought up to date where they stand; new ones are only counted. */
function useFresh(filter: object, rows: readonly ResponseSummary[]): { fresh: number; forget: () => void } {
  const [unseen, setUnseen] = useState<ReadonlySet<string>>(new Set())
  const shown = useRef(rows)
  useEffect(() => {
    shown.current = rows
  })
  useEffect(
    () =>
      onLive((event) => {
        if (event.name !== 'responses') return
        const { ids } = event.data
        const known = new Set<string>(shown.current.map(({ id }) => id))
        if (known.size === 0 || ids.length === 0 || ids.length > 20) {
          void queryClient.invalidateQueries({ queryKey: ['responses'] })
          return
        }
        const added = ids.filter((id) => !known.has(id))
        if (added.length > 0) setUnseen((before) => new Set([...before, ...added]))
        for (const responseId of ids.filter((id) => known.has(id)))
          void call('getResponse', { params: { responseId } })
            .then((changed) =>
              queryClient.setQueryData<Pages>(['responses', filter], (data) =>
                data
                  ? {
                      ...data,
                      pages: data.pages.map((page) => ({
                        ...page,
                        items: page.items.map((item) => (item.id === changed.id ? changed : item)),
                      })),
                    }
                  : data,
              ),
            )
            .catch(() => undefined)
      }),
    [filter],
  )
  return { fresh: unseen.size, forget: () => setUnseen(new Set()) }
}

export function HistoryPage() {
  const { filter: typed = '' } = useSearch({ strict: false })
  const members = useQuery(peopleQueries.members()).data?.items
  const actions = useQuery(responseQueries.actions()).data?.items ?? []
  const { filter, mistakes } = useMemo(() => readHistoryFilter(typed, members ?? []), [typed, members])
  const found = useInfiniteQuery(responseQueries.history(filter))
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data])
  const { fresh, forget } = useFresh(filter, rows)
  const mayNotExport = useWhyNot('audit.read')
  const names = members?.map(({ name }) => name) ?? []
  return (
    <Stack gap="sm">
      <PageHeader
        title="Response history"
        actions={(['csv', 'json'] as const).map((format) => (
          <DisabledReason key={format} why={mayNotExport}>
            {mayNotExport === null ? (
              <Button
                component="a"
                size="xs"
                variant="default"
                href={pathOf('exportResponses', {}, { ...filter, format })}
                download
              >
                Export {format.toUpperCase()}
              </Button>
            ) : (
              <Button size="xs" variant="default" disabled>
                Export {format.toUpperCase()}
              </Button>
            )}
          </DisabledReason>
        ))}
      />
      <FilterBar
        label="Filter responses"
        placeholder="status:failed type:isolate_device by:Maya verification:failed from:2026-01-31 text"
        value={typed}
        apply={(next) => replace(paths.history(next))}
        keys={historyKeys}
        known={{ type: actions.map(({ id }) => id), by: names, approver: names }}
        mistake={mistakes[0]}
      />
      {fresh > 0 ? (
        <Button
          size="xs"
          variant="light"
          onClick={() => {
            forget()
            void found.refetch()
          }}
        >
          {fresh} new
        </Button>
      ) : null}
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Responses"
          rows={rows}
          columns={columns}
          rowId={(row) => row.id}
          loading={found.isPending}
          open={(row) => go(paths.response(row.id))}
          loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
          empty={
            typed === '' ? (
              <EmptyState title="No responses yet">
                Choose devices and press Respond…, or press : and type a command such as isolate web-3.
              </EmptyState>
            ) : (
              <EmptyState title="Nothing matches this filter">Remove a token to see more.</EmptyState>
            )
          }
        />
      )}
    </Stack>
  )
}
