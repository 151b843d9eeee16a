import { Button, Stack } from '@mantine/core'
import type { ScriptSummary } from '@riposte/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { scriptQueries } from '../../api/defend-queries.ts'
import { go, replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { readTokens, type TokenKeys } from '../../ui/filter-tokens.ts'
import { Mark } from '../../ui/mark.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { ScriptForm } from './script-form.tsx'
import { versionLooks } from './version-looks.ts'

const keys: TokenKeys = { retired: { form: 'yes_no' } }
const columns: Column<ScriptSummary>[] = [
  { id: 'name', header: 'Script', width: 'minmax(10rem, 1fr)', render: (row) => <b>{row.name}</b> },
  {
    id: 'state',
    header: 'Newest version',
    width: '13rem',
    render: (row) => (
      <>
        {row.latest.version} <Mark look={versionLooks[row.latest.state]} />
      </>
    ),
  },
  {
    id: 'runnable',
    header: 'May run',
    width: '8rem',
    render: (row) => (row.retired ? 'retired' : row.runnable === null ? 'none yet' : `version ${row.runnable}`),
  },
  { id: 'interpreter', header: 'Interpreter', width: '7rem', render: (row) => row.latest.interpreter },
  { id: 'destructive', header: 'Destructive', width: '6rem', render: (row) => (row.latest.destructive ? 'Yes' : 'No') },
  { id: 'runs', header: 'Runs', width: '4rem', render: (row) => row.runs },
  { id: 'description', header: 'What it does', width: 'minmax(12rem, 2fr)', render: (row) => row.description },
  { id: 'updated', header: 'Changed', width: '6rem', render: (row) => <RelativeTime at={row.updatedAt} /> },
]

export function ScriptsPage() {
  const { filter: typed = '', add } = useSearch({ strict: false })
  const { filter, mistakes } = useMemo(() => readTokens(typed, keys), [typed])
  const found = useInfiniteQuery(scriptQueries.list(filter))
  const mayNot = useWhyNot('script.write')
  return (
    <Stack gap="sm">
      <PageHeader
        title="Scripts"
        context="Each version is written by one person and approved by another; agents run exactly those bytes."
        actions={
          <DisabledReason why={mayNot}>
            <Button size="xs" disabled={mayNot !== null} onClick={() => go('/scripts?add=yes')}>
              Add script
            </Button>
          </DisabledReason>
        }
      />
      <FilterBar
        label="Filter scripts"
        placeholder="retired:no text"
        value={typed}
        apply={(next) => replace(paths.scripts(next))}
        keys={keys}
        mistake={mistakes[0]}
      />
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Scripts"
          rows={found.data?.pages.flatMap((page) => page.items) ?? []}
          columns={columns}
          rowId={(row) => row.id}
          loading={found.isPending}
          open={(row) => go(paths.script(row.id))}
          loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
          empty={
            <EmptyState title={typed === '' ? 'No scripts yet' : 'Nothing matches this filter'}>
              {typed === ''
                ? 'Add a script; once a second person approved it, it can run on any device.'
                : 'Remove a token to see more.'}
            </EmptyState>
          }
        />
      )}
      {add === undefined || mayNot !== null ? null : (
        <ScriptForm script={null} close={() => replace(paths.scripts(typed))} />
      )}
    </Stack>
  )
}
