import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { parseAddress } from '../address/parse-address.ts'
import type { ProtectionFacts } from '../define.ts'
import type { Host } from '../host.ts'

const Addresses = z.array(z.object({ addr_info: z.array(z.object({ local: z.string().optional() })).optional() }))
const Hop = z.object({ gateway: z.string().optional(), via: z.object({ host: z.string() }).optional() })
const Routes = z.array(Hop.extend({ dst: z.string(), nexthops: z.array(Hop).optional() }))

const gatewaysOf = (hop: z.output<typeof Hop>): string[] =>
  [hop.gateway, hop.via?.host].filter((text) => text !== undefined)

/** Lines of a resolv.conf; the loopback stub of a local resolver stands for those behind it. */
export const nameServers = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const [word, address = ''] = line.trim().split(/\s+/)
    return word === 'nameserver' && parseAddress(address) !== null ? [address] : []
  })

const resolverFiles = [
  '/etc/resolv.conf',
  '/run/systemd/resolve/resolv.conf',
  '/run/NetworkManager/no-stub-resolv.conf',
]

const asked = async <Schema extends z.ZodType>(
  host: Host,
  schema: Schema,
  args: readonly string[],
): Promise<z.output<Schema> | []> => {
  const { code, stdout } = await host.run('ip', ['-j', ...args])
  return code === 0 && stdout.trim() !== '' ? schema.parse(JSON.parse(stdout)) : []
}

/** What must not be cut off on this host, as it is now. Every gateway counts, not only that of the default route. */
export const readLinuxFacts = async (host: Host): Promise<ProtectionFacts> => {
  const [links, routes, ...files] = await Promise.all([
    asked(host, Addresses, ['address', 'show']),
    asked(host, Routes, ['route', 'show', 'table', 'all']),
    ...resolverFiles.map((file) => readFile(file, 'utf8').catch(() => '')),
  ])
  return {
    addresses: links.flatMap(({ addr_info }) => (addr_info ?? []).flatMap(({ local }) => local ?? [])),
    gateways: [...new Set(routes.flatMap((route) => [route, ...(route.nexthops ?? [])].flatMap(gatewaysOf)))],
    resolvers: [...new Set(files.flatMap(nameServers))],
    controlPlane: host.controlPlane.addresses().map(({ address }) => address),
    neverBlock: host.policy().neverBlock,
    agentPid: host.pid,
  }
}
