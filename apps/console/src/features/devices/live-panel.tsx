import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import type { Device, LiveQuery } from '@riposte/contract'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { deviceQueries } from '../../api/defend-queries.ts'
import { respond } from '../../frame/respond.ts'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { DataTable, type Column } from '../../ui/data-table.tsx'
import { EmptyState, ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { bytesWord } from '../evidence/evidence-looks.ts'
import { actOn, cellText, columnsOf, liveTables, type LiveRow } from './live-rows.ts'

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text)

/** What the host says right now, and what can be done with each row. Read once; read again on demand, so that nothing jumps. */
export function LivePanel({ device, query }: { device: Device; query: LiveQuery }) {
  const mayNotRead = useWhyNot('response.submit')
  const live = useQuery({ ...deviceQueries.live(device.id, query), enabled: device.online && mayNotRead === null })
  const [text, setText] = useState('')
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase()
    const all = live.data?.rows ?? []
    return all
      .filter((row) => wanted === '' || JSON.stringify(row).toLowerCase().includes(wanted))
      .map((row, index) => ({ row, index }))
  }, [live.data, text])
  const table = liveTables[query]
  if (mayNotRead !== null) return <EmptyState title={table.title}>{mayNotRead}</EmptyState>
  if (!device.online)
    return (
      <EmptyState title={`${device.name} is offline`}>
        What it does right now can be read once it is back. Responses that you ask for meanwhile wait for it.
      </EmptyState>
    )
  if (live.error) return <ErrorState error={live.error} retry={() => void live.refetch()} />
  const act = (row: LiveRow) => {
    const found = actOn(query, row)
    if (!found) return null
    return (
      <DisabledReason why={found.whyNot}>
        <Button
          size="compact-xs"
          variant="default"
          disabled={found.whyNot !== null}
          aria-label={`${found.label} ${cellText(row['name'] ?? row['user'] ?? row['remoteAddress'] ?? row['path'])} ${cellText(row['pid'])}`.trim()}
          onClick={(event) => {
            event.stopPropagation()
            respond({
              type: found.type,
              parameters: found.parameters,
              targets: [{ kind: 'device', id: device.id, name: device.name }],
            })
          }}
        >
          {found.label}
        </Button>
      </DisabledReason>
    )
  }
  const columns: Column<{ row: LiveRow; index: number }>[] = [
    ...(query === 'containment'
      ? []
      : [{ id: 'act', header: 'Respond', width: '5.5rem', render: ({ row }: { row: LiveRow }) => act(row) }]),
    ...columnsOf(query, live.data?.rows ?? []).map(([id, header, width]) => ({
      id,
      header,
      width,
      render: ({ row }: { row: LiveRow }) => {
        const value = id === 'memoryBytes' ? bytesWord(Number(row[id])) : cellText(row[id])
        return isTime(value) ? <RelativeTime at={value} /> : <span title={value}>{value}</span>
      },
    })),
  ]
  return (
    <Stack gap="xs">
      <Group>
        <TextInput
          size="xs"
          aria-label={`Find in ${table.title.toLowerCase()}`}
          placeholder="Find"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button size="xs" variant="default" loading={live.isFetching} onClick={() => void live.refetch()}>
          Read again
        </Button>
        {live.data ? (
          <Text size="sm" className="quiet" component="div">
            {live.data.rows.length} at <RelativeTime at={live.data.at} />
          </Text>
        ) : null}
      </Group>
      <DataTable
        label={table.title}
        rows={rows}
        columns={columns}
        rowId={({ index }) => String(index)}
        loading={live.isPending}
        height="24rem"
        empty={<EmptyState title={text === '' ? table.empty : 'Nothing matches'} />}
      />
    </Stack>
  )
}
