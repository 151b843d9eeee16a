import { createHash } from 'node:crypto'
import * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import { ProgramMissing, type Host } from '../host.ts'

export const isolationTable = 'riposte'
export const blockTable = 'riposte_block'

/** After our chains come connection tracking (-200) and everybody else's; an accept elsewhere does not take a drop of ours back. */
export const hookPriority = -310

/** Lines that take a table away whether it is there or not. */
export const dropTable = (table: string): string => `table inet ${table}\ndelete table inet ${table}\n`

const Listing = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) })
export type TableObjects = readonly Readonly<Record<string, unknown>>[]

const said = (stderr: string): string => stderr.trim().slice(0, 500)

/** Applies a script as one transaction: all of it or nothing. @throws ActionFailure */
export const applyNft = async (host: Host, script: string): Promise<void> => {
  let result
  try {
    result = await host.run('nft', ['-f', '-'], { input: script })
  } catch (error) {
    if (error instanceof ProgramMissing)
      throw new ActionFailure('unsupported', 'nftables is not installed: the program nft is missing')
    throw error
  }
  if (result.code === 0) return
  if (result.timedOut) throw new ActionFailure('timed_out', 'nft did not end in time')
  if (/Operation not permitted|must be root/.test(result.stderr))
    throw new ActionFailure('permission_denied', 'The agent may not change the firewall: it needs CAP_NET_ADMIN')
  throw new ActionFailure('execution_error', `nft refused the rules: ${said(result.stderr)}`)
}

/** The table as the kernel has it; null when there is none. @throws ActionFailure */
export const listTable = async (host: Host, table: string): Promise<TableObjects | null> => {
  const result = await host.run('nft', ['-j', 'list', 'table', 'inet', table])
  if (result.code !== 0) {
    if (/No such file or directory/.test(result.stderr)) return null
    throw new ActionFailure('execution_error', `nft could not list the table: ${said(result.stderr)}`)
  }
  const parsed = Listing.safeParse(JSON.parse(result.stdout))
  if (!parsed.success) throw new ActionFailure('execution_error', 'nft listed the table in a form that is not known')
  return parsed.data.nftables.filter((object) => !('metainfo' in object))
}

const passing = new Set(['handle', 'packets', 'bytes', 'expires'])

const steady = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !passing.has(key))
  return Object.fromEntries(entries.map(([key, inner]) => [key, steady(inner)]))
}

/** One text for a table's rules, chains and sets, without what changes by itself: counters, handles, and elements of the sets in `live`. */
export const fingerprint = (objects: TableObjects, live: ReadonlySet<string>): string => {
  const rules: string[] = []
  const others: string[] = []
  for (const object of objects) {
    const [kind = '', body] = Object.entries(object)[0] ?? []
    const { elem, ...rest } = steady(body) as Record<string, unknown>
    if (kind === 'rule') rules.push(JSON.stringify(rest))
    else if (!Array.isArray(elem) || live.has(String(rest['name']))) others.push(`${kind} ${JSON.stringify(rest)}`)
    else
      others.push(
        `${kind} ${JSON.stringify(rest)} ${elem
          .map((element) => JSON.stringify(element))
          .sort()
          .join()}`,
      )
  }
  // The order of rules is their meaning; that of all else is the kernel's.
  return createHash('sha256')
    .update([...others.sort(), ...rules].join('\n'))
    .digest('hex')
}

export interface SetElement {
  readonly value: unknown
  /** Seconds until the kernel takes it out; null: it stays. */
  readonly expiresS: number | null
  readonly comment: string | null
  readonly packets: number | null
}

const Element = z.object({
  elem: z.object({
    val: z.unknown(),
    expires: z.number().optional(),
    timeout: z.number().optional(),
    comment: z.string().optional(),
    counter: z.object({ packets: z.number() }).optional(),
  }),
})

export const elementsOf = (objects: TableObjects, name: string): readonly SetElement[] => {
  for (const object of objects) {
    const set = object['set'] as { name?: unknown; elem?: unknown } | undefined
    if (set?.name !== name || !Array.isArray(set.elem)) continue
    return set.elem.map((element: unknown) => {
      const parsed = Element.safeParse(element)
      if (!parsed.success) return { value: element, expiresS: null, comment: null, packets: null }
      const { val, expires, timeout, comment, counter } = parsed.data.elem
      return {
        value: val,
        expiresS: expires ?? timeout ?? null,
        comment: comment ?? null,
        packets: counter?.packets ?? null,
      }
    })
  }
  return []
}

/** Packets of a named counter. */
export const counterOf = (objects: TableObjects, name: string): number => {
  for (const object of objects) {
    const counter = object['counter'] as { name?: unknown; packets?: unknown } | undefined
    if (counter?.name === name && typeof counter.packets === 'number') return counter.packets
  }
  return 0
}

/** Everything that our rules use, made and taken away in one transaction, in chains that no packet passes. */
const trial = `table inet riposte_trial {
  set g { type mark; flags timeout; }
  set p { type ipv4_addr . inet_service; }
  set n { type ipv6_addr; flags interval, timeout; counter; }
  counter c { }
  chain t {
    meta mark and 0x0 or 0x1 @g return
    ip daddr . tcp dport @p return
    ip6 saddr @n drop
    limit rate 60/minute burst 60 packets return
    meta l4proto tcp counter name c reject with tcp reset
  }
}
delete table inet riposte_trial
`

/** Why this host cannot; null when it can. */
export const nftUnavailable = async (host: Host): Promise<string | null> => {
  try {
    await applyNft(host, trial)
    const json = await host.run('nft', ['-j', 'list', 'tables'])
    if (json.code !== 0 || !json.stdout.startsWith('{'))
      return 'This nft cannot list as JSON: install a build with JSON support'
    await host.run('ip', ['-V'])
    return null
  } catch (error) {
    if (error instanceof ProgramMissing) return `The program ${error.file} is missing: install iproute2`
    if (error instanceof ActionFailure) return error.message
    throw error
  }
}
