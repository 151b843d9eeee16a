import * as z from 'zod'
import { formatAddress, parseAddress } from '../address/parse-address.ts'
import type { ProtectionFacts } from '../define.ts'
import type { DialledConnection, Host } from '../host.ts'
import { dial } from './dial.ts'
import type { Pin } from './isolation-rules.ts'

/** Targets that a server may name in the signed command: where something is known to listen. */
const Named = z.object({ probes: z.array(z.object({ address: z.string(), port: z.int().min(1).max(65_535) })).max(8) })

/** How long a listener may take to answer before nothing is cut yet. */
const answerMs = 250

/** Where to knock: what the command names, else the host's own name servers and gateways. No address of an attacker: it would notice. */
const candidates = (facts: ProtectionFacts, context: Readonly<Record<string, unknown>>): readonly Pin[] => {
  const named = Named.safeParse(context)
  if (named.success) return named.data.probes
  const usable = (texts: readonly string[]): string[] =>
    texts.flatMap((text) => {
      const address = parseAddress(text)
      const written = address === null ? '' : formatAddress(address)
      return written === '' || /^(127\.|::1$|fe80:)/.test(written) ? [] : [written]
    })
  return [
    ...usable(facts.resolvers).map((address) => ({ address, port: 53 })),
    ...usable(facts.gateways).flatMap((address) => [53, 443, 80].map((port) => ({ address, port }))),
  ].slice(0, 8)
}

export interface ProbeTarget {
  readonly target: Pin & { readonly wasOpen: boolean }
  /** Opened before; null when nothing listened. */
  readonly connection: DialledConnection | null
}

/** Opens a connection that the containment must kill. null: there is no address to knock at. */
export const findProbe = async (
  host: Host,
  facts: ProtectionFacts,
  context: Readonly<Record<string, unknown>>,
  mayUse: (pin: Pin) => boolean,
): Promise<ProbeTarget | null> => {
  const pins = candidates(facts, context).filter(mayUse)
  const dialled = await Promise.all(
    pins.map(async (pin) => ({ pin, ...(await dial(host, pin.address, pin.port, answerMs)) })),
  )
  const open = dialled.find(({ connection }) => connection !== null)
  for (const one of dialled) if (one !== open) one.connection?.close()
  if (open !== undefined) return { target: { ...open.pin, wasOpen: true }, connection: open.connection }
  const silent = dialled.find(({ outcome }) => outcome !== 'unreachable')
  return silent === undefined ? null : { target: { ...silent.pin, wasOpen: false }, connection: null }
}

export interface Knock {
  readonly outcome: 'open' | 'refused' | 'unreachable' | 'silent'
}

/** Tries once what should be forbidden. */
export const knock = async (host: Host, { address, port }: Pin, timeoutMs = 1_000): Promise<Knock> => {
  const { outcome, connection } = await dial(host, address, port, timeoutMs)
  connection?.close()
  return { outcome }
}
