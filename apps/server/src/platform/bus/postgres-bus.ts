import pg from 'pg'
import { busChannel, type BusMessage } from '../db/database.ts'

export interface Bus {
  subscribe(listener: (message: BusMessage) => void): () => void
  close(): Promise<void>
}

const retryMs = 1_000

/**
 * What transactions notify, heard on a connection of its own that comes back by itself. Messages sent while it was away are lost:
 * `onGap` lets subscribers look for themselves.
 */
export async function openPostgresBus(url: string, onGap: () => void): Promise<Bus> {
  const listeners = new Set<(message: BusMessage) => void>()
  let closed = false
  let current: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined

  const connect = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, keepAlive: true })
    client.on('notification', ({ payload }) => {
      if (payload === undefined) return
      const message = JSON.parse(payload) as BusMessage
      for (const listener of listeners) listener(message)
    })
    const lost = (): void => {
      if (closed || current !== client) return
      current = null
      retry()
    }
    client.on('error', lost).on('end', lost)
    await client.connect()
    await client.query(`listen ${busChannel}`)
    current = client
  }
  const retry = (): void => {
    timer = setTimeout(() => {
      connect().then(onGap, retry)
    }, retryMs)
  }
  await connect()

  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      closed = true
      clearTimeout(timer)
      await current?.end()
    },
  }
}
