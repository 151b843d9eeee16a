import { useInfiniteQuery } from '@tanstack/react-query'
import { queries } from '../../api/query.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'

/** Who did what, newest first. */
export function Audit() {
  const audit = useInfiniteQuery(queries.audit())
  if (audit.error) return <ErrorState error={audit.error} retry={() => void audit.refetch()} />
  return (
    <DataTable
      label="Audit log"
      rows={audit.data?.pages.flatMap((page) => page.items) ?? []}
      rowId={(row) => String(row.sequence)}
      loading={audit.isPending}
      empty="Nothing yet"
      loadMore={audit.hasNextPage && !audit.isFetchingNextPage ? () => void audit.fetchNextPage() : undefined}
      columns={[
        { id: 'sequence', header: 'No.', width: '4rem', render: (row) => row.sequence },
        { id: 'at', header: 'When', width: '6rem', render: (row) => <RelativeTime at={row.at} /> },
        { id: 'actor', header: 'Who', width: '12rem', render: (row) => row.actor.name },
        { id: 'action', header: 'What', width: '14rem', render: (row) => row.action },
        {
          id: 'subject',
          header: 'To',
          width: 'minmax(12rem, 1fr)',
          render: (row) => (
            <span className="mono">
              {row.subject.kind} {row.subject.id}
            </span>
          ),
        },
      ]}
    />
  )
}
