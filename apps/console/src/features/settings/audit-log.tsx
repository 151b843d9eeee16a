import { Button, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { pathOf } from '../../api/client.ts'
import { queries } from '../../api/query.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'

/** Who did what, newest first, and the export that proves that nothing was changed or left out. */
export function Audit() {
  const mayNot = useWhyNot('audit.read')
  const audit = useInfiniteQuery({ ...queries.audit(), enabled: mayNot === null })
  if (mayNot !== null) return <Text size="sm">{mayNot}</Text>
  if (audit.error) return <ErrorState error={audit.error} retry={() => void audit.refetch()} />
  return (
    <Stack>
      <Proof />
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
    </Stack>
  )
}

const formats = [
  ['jsonl', 'Export JSON Lines'],
  ['csv', 'Export CSV'],
] as const

function Proof() {
  const found = useQuery(queries.checkpoints())
  const checkpoints = found.data?.items ?? []
  return (
    <Section
      title="Export and proof"
      side={
        <Group gap="xs">
          {formats.map(([format, words]) => (
            <Button
              key={format}
              component="a"
              size="xs"
              variant="default"
              href={pathOf('exportAudit', {}, { format })}
              download
            >
              {words}
            </Button>
          ))}
        </Group>
      }
    >
      <Text size="sm">
        The JSON Lines file proves itself without this server: <code>riposte audit verify FILE</code> says whether an
        entry was changed, left out or cut off. The CSV is for reading.
      </Text>
      {found.error ? <ErrorState error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data ? (
        <dl className="facts">
          <dt>Key fingerprint</dt>
          <dd className="mono" style={{ overflowWrap: 'anywhere' }}>
            {found.data.keyFingerprint}
          </dd>
          <dt>Signed checkpoints</dt>
          <dd>
            {checkpoints.length === 0 ? <span className="quiet">None yet: one is signed every hour</span> : null}
            {checkpoints.map(({ sequence, hash, at }) => (
              <div key={sequence}>
                Entry {sequence}, <RelativeTime at={at} />:{' '}
                <span className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {hash}
                </span>
              </div>
            ))}
          </dd>
        </dl>
      ) : null}
      <Text size="xs" className="quiet">
        Keep the fingerprint and a checkpoint somewhere else: no later export can leave out what it covers.
      </Text>
    </Section>
  )
}
