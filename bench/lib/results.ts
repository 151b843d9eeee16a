import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'

export type PeerValue = number | { readonly error: string }

export interface Row {
  readonly id: string
  readonly unit: string
  readonly value: number
  /** By how much two equal measurements differed, where that was measured beside it. */
  readonly noise?: number
  readonly peers?: Readonly<Record<string, PeerValue>>
}

export interface Results {
  readonly rows: readonly Row[]
  /** The same for people. */
  readonly table: string
  readonly detail: unknown
}

/** Writes `<folder>/<name>.json`, and the table as `<name>.txt` beside it. @returns the first */
export function writeResults(folder: string, name: string, { rows, table, detail }: Results): string {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${name}.json`)
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${process.arch}`,
    node: process.version,
  }
  const date = new Date().toISOString()
  writeFileSync(file, JSON.stringify({ name, date, machine, rows, detail }, null, 2) + '\n')
  const on = `${date}; ${machine.cores} cores of ${machine.cpu}, ${machine.os}, Node ${machine.node}`
  writeFileSync(path.join(folder, `${name}.txt`), `${name}: ${on}\n\n${table}\n`)
  return file
}

/** Columns aligned: the first to the left, the others to the right. */
export function drawTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
