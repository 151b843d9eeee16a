import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { isForbiddenAddress } from './guarded-request.ts'

/** Where to dial for a configured host. */
export interface OutgoingAddress {
  /** Pinned: a second answer of the name cannot lead elsewhere. */
  readonly address: string
  /** This very machine: nobody listens in between. */
  readonly loopback: boolean
  /** For TLS: the name whose certificate is wanted; absent where an address was configured, which is then what it must name. */
  readonly servername?: string
}

const ownMachine = new BlockList()
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4')
ownMachine.addAddress('::1', 'ipv6')

const longestLookupMs = 5_000

/** For protocols other than HTTP. @throws Error with a sentence that can be shown */
export async function resolveOutgoing(host: string): Promise<OutgoingAddress> {
  const address = isIP(host) === 0 ? await addressOf(host) : host
  if (isForbiddenAddress(address)) throw new Error(`${host} leads to ${address}, an address that is never called.`)
  const loopback = ownMachine.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  return { address, loopback, ...(isIP(host) === 0 ? { servername: host } : {}) }
}

async function addressOf(name: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('late')), longestLookupMs)
    })
    return (await Promise.race([lookup(name), late])).address
  } catch {
    throw new Error(`The name ${name} does not lead to an address.`)
  } finally {
    clearTimeout(timer)
  }
}
