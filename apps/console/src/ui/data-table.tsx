import { Button, Checkbox, Group, Skeleton, Stack } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useKeys } from './keyboard.ts'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  /** A CSS grid track. */
  readonly width: string
  render(row: Row): ReactNode
}

export interface DataTableProps<Row> {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly rowId: (row: Row) => string
  /** What a person calls it; the id by default. */
  readonly rowName?: (row: Row) => string
  readonly loading: boolean
  readonly empty: ReactNode
  readonly open?: (row: Row) => void
  readonly loadMore?: (() => void) | undefined
  readonly height?: string
  /** Selected ids, and what can be done with them. */
  readonly selection?: {
    readonly ids: ReadonlySet<string>
    set(ids: ReadonlySet<string>): void
    readonly bar: ReactNode
  }
}

const rowHeight = 38

/** Rows of a list: virtual, so that ten thousand scroll like ten. `j`/`k` move, `x` selects, Enter opens. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, rowId, selection, loadMore } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState(-1)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const tracks = `${selection ? '1.5rem ' : ''}${columns.map((column) => column.width).join(' ')}`

  const move = (step: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, current + step))
    setCurrent(next)
    virtual.scrollToIndex(next)
  }
  const toggle = (id: string): void => {
    if (!selection) return
    const ids = new Set(selection.ids)
    if (!ids.delete(id)) ids.add(id)
    selection.set(ids)
  }
  const at = (index: number): Row | undefined => rows[index]
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const row = at(current)
      if (row) toggle(rowId(row))
    },
    Enter: () => {
      const row = at(current)
      if (row) props.open?.(row)
    },
  })

  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (loadMore && lastShown >= rows.length - 20 && rows.length > 0) loadMore()
  }, [lastShown, rows.length, loadMore])

  if (props.loading) return <Loading />
  if (rows.length === 0) return <div className="panel">{props.empty}</div>
  const all = selection !== undefined && rows.every((row) => selection.ids.has(rowId(row)))
  return (
    <Stack gap="xs">
      {selection && selection.ids.size > 0 ? (
        <Group className="panel" p="xs" gap="sm" role="toolbar" aria-label="Selection">
          <span>{selection.ids.size} selected</span>
          {selection.bar}
          <Button size="xs" variant="subtle" onClick={() => selection.set(new Set())}>
            Clear
          </Button>
        </Group>
      ) : null}
      <div
        className="panel grid-table"
        ref={scroller}
        role="table"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        style={{ height: props.height ?? 'calc(100dvh - 15rem)', minHeight: '16rem' }}
      >
        <div role="rowgroup">
          <div className="grid-row" data-head role="row" style={{ gridTemplateColumns: tracks }}>
            {selection ? (
              <span role="columnheader">
                <Checkbox
                  size="xs"
                  aria-label="Select all shown"
                  checked={all}
                  indeterminate={!all && selection.ids.size > 0}
                  onChange={() => selection.set(new Set(all ? [] : rows.map(rowId)))}
                />
              </span>
            ) : null}
            {columns.map((column) => (
              <span key={column.id} role="columnheader">
                {column.header}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index] as Row
            const id = rowId(row)
            return (
              <div
                key={id}
                className="grid-row"
                data-row
                data-current={item.index === current || undefined}
                data-selected={selection?.ids.has(id) === true ? true : undefined}
                role="row"
                aria-rowindex={item.index + 2}
                style={{ gridTemplateColumns: tracks, transform: `translateY(${item.start}px)`, height: rowHeight }}
                onClick={() => {
                  setCurrent(item.index)
                  props.open?.(row)
                }}
              >
                {selection ? (
                  <span role="cell" onClick={(event) => event.stopPropagation()}>
                    <Checkbox
                      size="xs"
                      aria-label={`Select ${props.rowName?.(row) ?? id}`}
                      checked={selection.ids.has(id)}
                      onChange={() => toggle(id)}
                    />
                  </span>
                ) : null}
                {columns.map((column) => (
                  <span key={column.id} role="cell">
                    {column.render(row)}
                  </span>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </Stack>
  )
}

const Loading = () => (
  <Stack gap={6} aria-busy="true" aria-label="Loading">
    {Array.from({ length: 8 }, (_, index) => (
      <Skeleton key={index} height={rowHeight - 6} />
    ))}
  </Stack>
)
