import { Stack } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { responseQueries } from '../../api/defend-queries.ts'
import { onLive } from '../../api/live.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Mark } from '../../ui/mark.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { containmentLooks, reasonWord, statusLooks, verificationLooks } from '../../ui/words.ts'
import { RequestCard } from './request-card.tsx'

/** One request, and the state of each of its targets. */
export function RequestPage() {
  const { requestId } = useParams({ from: '/framed/requests/$requestId' })
  const request = useQuery(responseQueries.request(requestId))
  const filter = { requestId }
  const found = useInfiniteQuery(responseQueries.history(filter))
  useEffect(
    () =>
      onLive((event) => {
        if (
          event.name === 'responses' &&
          (event.data.requestIds.length === 0 || event.data.requestIds.includes(requestId))
        )
          void queryClient.invalidateQueries({ queryKey: ['responses', { requestId }] })
      }),
    [requestId],
  )
  if (request.error) return <ErrorState error={request.error} retry={() => void request.refetch()} />
  if (!request.data) return null
  return (
    <Stack>
      <PageHeader title={request.data.title} context={<span className="mono">{requestId}</span>} />
      <RequestCard request={request.data} linked={false} />
      {found.error ? <ErrorState error={found.error} retry={() => void found.refetch()} /> : null}
      <DataTable
        label="Responses of this request"
        height="24rem"
        rows={found.data?.pages.flatMap((page) => page.items) ?? []}
        rowId={(row) => row.id}
        loading={found.isPending}
        open={(row) => go(paths.response(row.id))}
        loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
        empty={<EmptyState title="No responses" />}
        columns={[
          { id: 'target', header: 'Target', width: 'minmax(9rem, 1fr)', render: (row) => <b>{row.target.name}</b> },
          { id: 'status', header: 'Status', width: '9rem', render: (row) => <Mark look={statusLooks[row.status]} /> },
          {
            id: 'reason',
            header: 'Why',
            width: 'minmax(12rem, 2fr)',
            render: (row) => row.detail ?? (row.reason === null ? '' : reasonWord(row.reason)),
          },
          {
            id: 'finished',
            header: 'Finished',
            width: '6rem',
            render: (row) => (row.finishedAt === null ? '' : <RelativeTime at={row.finishedAt} />),
          },
          {
            id: 'verification',
            header: 'Verification',
            width: '8rem',
            render: (row) => (row.verification ? <Mark look={verificationLooks[row.verification.state]} /> : ''),
          },
          {
            id: 'containment',
            header: 'Containment',
            width: '8rem',
            render: (row) => (row.containment ? <Mark look={containmentLooks[row.containment.state]} /> : ''),
          },
        ]}
      />
    </Stack>
  )
}
