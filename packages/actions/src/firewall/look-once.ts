import type { Host } from '../host.ts'

interface Look<Result> {
  readonly at: number
  readonly result: Promise<Result>
}

/** Many watched responses share one table: one look at it serves all that ask within a second. */
export const lookOnce = <Result>(look: (host: Host) => Promise<Result>): ((host: Host) => Promise<Result>) => {
  const looks = new WeakMap<Host, Look<Result>>()
  return (host) => {
    const last = looks.get(host)
    const at = performance.now()
    if (last !== undefined && at - last.at < 1_000) return last.result
    const result = look(host)
    looks.set(host, { at, result })
    return result
  }
}
