import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Endpoint, KnownAddress } from './identity.ts'

const mostAddresses = 32
const mostPerName = 8

/** Every address of a name. @throws when it does not resolve */
export type Resolve = (name: string) => Promise<readonly string[]>

export const systemResolve: Resolve = async (name) => (await lookup(name, { all: true })).map(({ address }) => address)

/**
 * Where the control plane can be dialled. What a name once resolved to stays known: under isolation no name resolves, and a name that
 * moves must not take the old address away before the new one has answered.
 */
export class AddressBook {
  #endpoints: readonly Endpoint[]
  #known: readonly KnownAddress[]
  readonly #resolve: Resolve

  constructor(endpoints: readonly Endpoint[], known: readonly KnownAddress[], resolve: Resolve) {
    this.#endpoints = endpoints
    this.#known = known
    this.#resolve = resolve
    this.#add([])
  }

  endpoints(): readonly Endpoint[] {
    return this.#endpoints
  }

  /** The best first. */
  known(): readonly KnownAddress[] {
    return this.#known
  }

  /** Adds what the control plane says of itself. @returns whether that changed anything */
  learn(endpoints: readonly Endpoint[]): boolean {
    const before = this.#endpoints
    const all = [...endpoints, ...before].filter(
      (one, index, list) => list.findIndex((other) => same(one, other)) === index,
    )
    this.#endpoints = all.slice(0, mostAddresses)
    this.#add([])
    return JSON.stringify(before) !== JSON.stringify(this.#endpoints)
  }

  /** This one answered. */
  prefer(good: KnownAddress): void {
    this.#known = [good, ...this.#known.filter((other) => !identical(good, other))]
  }

  /** Asks for all names. @returns whether an address is new */
  async refresh(): Promise<boolean> {
    const names = this.#endpoints.filter(({ host }) => isIP(host) === 0)
    const found = await Promise.all(
      names.map(async ({ host, port }) => {
        const addresses = await this.#resolve(host).catch(() => [])
        return addresses.map((address) => ({ host, port, address }))
      }),
    )
    return this.#add(found.flat())
  }

  #add(found: readonly KnownAddress[]): boolean {
    const literal = this.#endpoints
      .filter(({ host }) => isIP(host) !== 0)
      .map((endpoint) => ({ ...endpoint, address: endpoint.host }))
    const fresh = [...literal, ...found].filter((one) => !this.#known.some((other) => identical(one, other)))
    if (fresh.length === 0) return false
    const perName = new Map<string, number>()
    this.#known = [...fresh, ...this.#known]
      .filter(({ host, port }) => {
        const name = `${host}:${port}`
        perName.set(name, (perName.get(name) ?? 0) + 1)
        return (perName.get(name) ?? 0) <= mostPerName
      })
      .slice(0, mostAddresses)
    return true
  }
}

const same = (one: Endpoint, other: Endpoint): boolean => one.host === other.host && one.port === other.port
const identical = (one: KnownAddress, other: KnownAddress): boolean => same(one, other) && one.address === other.address
