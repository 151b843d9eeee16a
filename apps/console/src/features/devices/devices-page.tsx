import { Button, Group, Stack, Text } from '@mantine/core'
import type { DeviceSummary } from '@riposte/contract'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { deviceQueries, responseQueries } from '../../api/defend-queries.ts'
import { go, replace } from '../../frame/navigate.ts'
import { respond } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { Mark } from '../../ui/mark.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { containmentWord, deviceStateLooks, onlineLook, plural } from '../../ui/words.ts'
import { AddDevice } from './add-device.tsx'
import { deviceKeys, readDeviceFilter } from './device-filter.ts'

const columns: Column<DeviceSummary>[] = [
  { id: 'name', header: 'Device', width: 'minmax(5.5rem, 1.2fr)', render: (row) => <b>{row.name}</b> },
  { id: 'online', header: 'Connection', width: '5.25rem', render: (row) => <Mark look={onlineLook(row.online)} /> },
  { id: 'state', header: 'State', width: '5rem', render: (row) => <Mark look={deviceStateLooks[row.state]} /> },
  {
    id: 'containments',
    header: 'Containments',
    width: 'minmax(5.5rem, 1fr)',
    render: (row) =>
      row.containments.length === 0 ? (
        <span className="quiet">none</span>
      ) : (
        [...new Set(row.containments.map(({ type }) => containmentWord(type)))].join(', ')
      ),
  },
  {
    id: 'open',
    header: 'Under way',
    width: '4.75rem',
    render: (row) => (row.openResponses === 0 ? <span className="quiet">nothing</span> : row.openResponses),
  },
  { id: 'os', header: 'System', width: 'minmax(5.5rem, 1fr)', render: (row) => row.os },
  { id: 'address', header: 'Address', width: '7.25rem', render: (row) => <span className="mono">{row.address}</span> },
  {
    id: 'labels',
    header: 'Groups and tags',
    width: 'minmax(6.25rem, 1fr)',
    render: (row) => [...row.groups, ...row.tags.map((tag) => `#${tag}`)].join(' '),
  },
  {
    id: 'agent',
    header: 'Agent',
    width: '4.75rem',
    render: (row) => (row.agentVersion === null ? '' : `${row.agentVersion}${row.agentUpToDate ? '' : ' (older)'}`),
  },
  {
    id: 'seen',
    header: 'Seen',
    width: '4.5rem',
    render: (row) => (row.lastSeenAt === null ? 'never' : <RelativeTime at={row.lastSeenAt} />),
  },
]

export function DevicesPage() {
  const { filter: typed = '', add } = useSearch({ strict: false })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const { filter, mistakes } = useMemo(() => readDeviceFilter(typed), [typed])
  const found = useInfiniteQuery(deviceQueries.list(filter))
  const labels = useQuery(deviceQueries.labels()).data
  const actions = useQuery(responseQueries.actions()).data?.items ?? []
  const mayNotAdd = useWhyNot('device.write')
  const mayNotRespond = useWhyNot('response.submit')
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data])
  const counts = found.data?.pages[0]
  const addDevice = (): void => go(`/devices?add=yes`)
  return (
    <Stack gap="sm">
      <PageHeader
        title="Devices"
        context={
          counts ? (
            <span role="status">
              {plural(counts.total, 'device')}, {counts.online} online{counts.held > 0 ? `, ${counts.held} held` : ''}
            </span>
          ) : null
        }
        actions={
          <DisabledReason why={mayNotAdd}>
            <Button size="xs" disabled={mayNotAdd !== null} onClick={addDevice}>
              Add device
            </Button>
          </DisabledReason>
        }
      />
      <FilterBar
        label="Filter devices"
        placeholder="state:held group:web tag:pci online:yes text"
        value={typed}
        apply={(next) => replace(paths.devices(next))}
        keys={deviceKeys}
        known={{
          group: labels?.groups.map(({ name }) => name) ?? [],
          tag: labels?.tags.map(({ name }) => name) ?? [],
          capability: actions.filter(({ targets }) => targets !== 'person').map(({ id }) => id),
        }}
        mistake={mistakes[0]}
      />
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label="Devices"
          rows={rows}
          columns={columns}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          loading={found.isPending}
          open={(row) => go(paths.device(row.id))}
          loadMore={found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined}
          selection={{
            ids: selected,
            set: setSelected,
            bar: (
              <Group gap={4}>
                <DisabledReason why={mayNotRespond}>
                  <Button
                    size="xs"
                    disabled={mayNotRespond !== null}
                    onClick={() =>
                      respond({
                        targets: rows
                          .filter(({ id }) => selected.has(id))
                          .map(({ id, name }) => ({ kind: 'device', id, name })),
                      })
                    }
                  >
                    Respond…
                  </Button>
                </DisabledReason>
              </Group>
            ),
          }}
          empty={
            typed === '' ? (
              <EmptyState title="No devices yet">
                <Text size="sm">
                  Add a device: it gives you one command to type on the host. It appears here as soon as its agent
                  connects.
                </Text>
              </EmptyState>
            ) : (
              <EmptyState title="Nothing matches this filter">Remove a token to see more.</EmptyState>
            )
          }
        />
      )}
      {add === undefined || mayNotAdd !== null ? null : <AddDevice close={() => replace(paths.devices(typed))} />}
    </Stack>
  )
}
