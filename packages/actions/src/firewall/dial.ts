import { connect } from 'node:net'
import type { Dialled, Host } from '../host.ts'

const outcomes: Readonly<Record<string, Dialled['outcome']>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EINVAL: 'unreachable',
}

/** A TCP connection out of this process. */
const dialHere = (address: string, port: number, timeoutMs: number): Promise<Dialled> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port })
    let dead = false
    let died: (() => void) | null = null
    const settle = (outcome: Dialled['outcome']): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ outcome, connection: null })
    }
    const timer = setTimeout(() => settle('silent'), timeoutMs)
    socket.on('error', (error: NodeJS.ErrnoException) => settle(outcomes[error.code ?? ''] ?? 'unreachable'))
    socket.on('close', () => {
      dead = true
      died?.()
    })
    socket.on('connect', () => {
      clearTimeout(timer)
      socket.on('data', () => undefined)
      const connection = {
        diesWithin: (ms: number) =>
          new Promise<boolean>((tell) => {
            const wait = setTimeout(() => tell(dead), ms)
            died = () => {
              clearTimeout(wait)
              tell(true)
            }
            if (dead) died()
            else socket.write('\n')
          }),
        close: () => void socket.destroy(),
      }
      resolve({ outcome: 'open', connection })
    })
  })

export const dial = (host: Host, address: string, port: number, timeoutMs: number): Promise<Dialled> =>
  (host.dial ?? dialHere)(address, port, timeoutMs)
