import { Button, Stack } from '@mantine/core'
import { personSources, type PersonSummary } from '@riposte/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { pathOf } from '../../api/client.ts'
import { peopleQueries } from '../../api/defend-queries.ts'
import { go, replace } from '../../frame/navigate.ts'
import { respond } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { readTokens, type TokenKeys } from '../../ui/filter-tokens.ts'
import { Mark } from '../../ui/mark.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { plural } from '../../ui/words.ts'
import { ImportPeople } from './import-people.tsx'
import { PersonForm } from './person-form.tsx'

const keys: TokenKeys = {
  source: { many: true, choices: personSources },
  flagged: { form: 'yes_no' },
  active: { form: 'yes_no' },
}

const columns: Column<PersonSummary>[] = [
  { id: 'name', header: 'Name', width: 'minmax(9rem, 1fr)', render: (row) => <b>{row.name}</b> },
  { id: 'email', header: 'E-mail', width: 'minmax(11rem, 1.2fr)', render: (row) => row.email },
  {
    id: 'reset',
    header: 'Password',
    width: '11rem',
    render: (row) =>
      row.passwordReset ? (
        <Mark look={{ word: 'Must be reset', shape: 'triangle', tone: 'warn' }} />
      ) : (
        <span className="quiet">in order</span>
      ),
  },
  {
    id: 'active',
    header: 'Account',
    width: '6rem',
    render: (row) => (row.active ? 'Active' : <span className="quiet">Inactive</span>),
  },
  { id: 'user', header: 'User name', width: '8rem', render: (row) => row.userName },
  { id: 'department', header: 'Department', width: '9rem', render: (row) => row.department },
  {
    id: 'source',
    header: 'Kept in',
    width: '6rem',
    render: (row) => row.source.toUpperCase().replace('MANUAL', 'Riposte'),
  },
  { id: 'updated', header: 'Changed', width: '6rem', render: (row) => <RelativeTime at={row.updatedAt} /> },
]

export function PeoplePage() {
  const { filter: typed = '', add } = useSearch({ strict: false })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const { filter, mistakes } = useMemo(() => readTokens(typed, keys), [typed])
  const mayNotRead = useWhyNot('people.read')
  const mayNotWrite = useWhyNot('people.write')
  const mayNotRespond = useWhyNot('response.submit')
  const found = useInfiniteQuery({ ...peopleQueries.list(filter), enabled: mayNotRead === null })
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data])
  const first = found.data?.pages[0]
  const close = (): void => replace(paths.people(typed))
  if (mayNotRead !== null) return <EmptyState title="People">{mayNotRead}</EmptyState>
  return (
    <Stack gap="sm">
      <PageHeader
        title="People"
        context={
          first ? (
            <span role="status">
              {plural(first.total, 'person', 'people')}, {first.flagged} must reset their password
            </span>
          ) : null
        }
        actions={
          <>
            <Button component="a" size="xs" variant="default" href={pathOf('exportPeople', {}, filter)} download>
              Export CSV
            </Button>
            <DisabledReason why={mayNotWrite}>
              <Button size="xs" variant="default" disabled={mayNotWrite !== null} onClick={() => go('/people?add=csv')}>
                Import CSV
              </Button>
            </DisabledReason>
            <DisabledReason why={mayNotWrite}>
              <Button size="xs" disabled={mayNotWrite !== null} onClick={() => go('/people?add=person')}>
                Add person
              </Button>
            </DisabledReason>
          </>
        }
      />
      <FilterBar
        label="Filter people"
        placeholder="flagged:yes source:ldap active:yes text"
        value={typed}
        apply={(next) => replace(paths.people(next))}
        keys={keys}
        mistake={mistakes[0]}
      />
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="People"
          rows={rows}
          columns={columns}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          loading={found.isPending}
          open={(row) => go(paths.person(row.id))}
          loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
          selection={{
            ids: selected,
            set: setSelected,
            bar: (
              <DisabledReason why={mayNotRespond}>
                <Button
                  size="xs"
                  disabled={mayNotRespond !== null}
                  onClick={() =>
                    respond({
                      type: 'force_password_reset',
                      targets: rows
                        .filter(({ id }) => selected.has(id))
                        .map(({ id, name }) => ({ kind: 'person', id, name })),
                    })
                  }
                >
                  Force password reset…
                </Button>
              </DisabledReason>
            ),
          }}
          empty={
            typed === '' ? (
              <EmptyState title="No people yet">
                Import a CSV file, or connect a directory under Settings: LDAP is read from here, SCIM is pushed by your
                identity provider.
              </EmptyState>
            ) : (
              <EmptyState title="Nobody matches this filter">Remove a token to see more.</EmptyState>
            )
          }
        />
      )}
      {add === 'csv' && mayNotWrite === null ? <ImportPeople close={close} /> : null}
      {add === 'person' && mayNotWrite === null ? <PersonForm person={null} close={close} /> : null}
    </Stack>
  )
}
