import { Stack } from '@mantine/core'
import { evidenceItemStatuses, evidenceStates, type EvidenceSummary } from '@riposte/contract'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { evidenceQueries } from '../../api/defend-queries.ts'
import { go, replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { readTokens, type TokenKeys } from '../../ui/filter-tokens.ts'
import { Mark } from '../../ui/mark.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { plural } from '../../ui/words.ts'
import { bytesWord, evidenceLooks } from './evidence-looks.ts'

const keys: TokenKeys = {
  state: { many: true, choices: evidenceStates },
  device: { to: 'deviceId', form: 'uuid' },
  response: { to: 'responseId', form: 'uuid' },
}

const columns: Column<EvidenceSummary>[] = [
  { id: 'device', header: 'Device', width: 'minmax(6rem, 1fr)', render: (row) => <b>{row.device.name}</b> },
  { id: 'state', header: 'State', width: '7rem', render: (row) => <Mark look={evidenceLooks[row.state]} /> },
  {
    id: 'items',
    header: 'Items',
    width: 'minmax(8rem, 1fr)',
    render: (row) =>
      evidenceItemStatuses
        .filter((status) => row.items[status] > 0)
        .map((status) => `${row.items[status]} ${status}`)
        .join(', '),
  },
  { id: 'bytes', header: 'Size', width: '6rem', render: (row) => bytesWord(row.bytes) },
  { id: 'profile', header: 'Profile', width: '6rem', render: (row) => row.profile },
  { id: 'opened', header: 'Collected', width: '6rem', render: (row) => <RelativeTime at={row.openedAt} /> },
  {
    id: 'check',
    header: 'Last check',
    width: '9rem',
    render: (row) =>
      row.check ? (
        <>
          {row.check.result} <RelativeTime at={row.check.at} />
        </>
      ) : (
        ''
      ),
  },
  {
    id: 'sha',
    header: 'SHA-256',
    width: 'minmax(8rem, 1fr)',
    render: (row) => <span className="mono">{row.sha256}</span>,
  },
]

export function EvidencePage() {
  const { filter: typed = '' } = useSearch({ strict: false })
  const { filter, mistakes } = useMemo(() => readTokens(typed, keys), [typed])
  const found = useInfiniteQuery(evidenceQueries.list(filter))
  const storage = useQuery(evidenceQueries.storage()).data
  const rows = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Stack gap="sm">
      <PageHeader
        title="Evidence"
        context={
          storage
            ? `${plural(storage.count, 'archive')}, ${bytesWord(storage.usedBytes)} of ${bytesWord(storage.budgets.fleetMb * 1_048_576)}, in ${storage.store.kind === 's3' ? 'the bucket' : 'the folder'} ${storage.store.where}`
            : null
        }
      />
      <FilterBar
        label="Filter evidence"
        placeholder="state:stored text"
        value={typed}
        apply={(next) => replace(`${paths.evidence()}${next === '' ? '' : `?filter=${encodeURIComponent(next)}`}`)}
        keys={keys}
        mistake={mistakes[0]}
      />
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Evidence"
          rows={rows}
          columns={columns}
          rowId={(row) => row.id}
          loading={found.isPending}
          open={(row) => go(paths.evidenceItem(row.id))}
          loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
          empty={
            <EmptyState title={typed === '' ? 'No evidence yet' : 'Nothing matches this filter'}>
              {typed === ''
                ? 'Choose a device and ask for Collect forensics: the archive comes here, encrypted.'
                : 'Remove a token to see more.'}
            </EmptyState>
          }
        />
      )}
    </Stack>
  )
}
