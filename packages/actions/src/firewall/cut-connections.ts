import { ProgramMissing, type Host } from '../host.ts'

/** Closes TCP connections that the filter matches, where the kernel can (CONFIG_INET_DIAG_DESTROY). @returns how many, or null when it cannot be told */
export const cutConnections = async (host: Host, filter: string): Promise<number | null> => {
  try {
    const { code, stdout } = await host.run('ss', ['-K', '-H', '-n', '-t', filter], { timeoutMs: 5_000 })
    return code === 0 ? stdout.split('\n').filter((line) => line.trim() !== '').length : null
  } catch (error) {
    if (error instanceof ProgramMissing) return null
    throw error
  }
}

/** As `ss` reads it: brackets around IPv6, with its prefix inside of them. */
const written = (network: string): string => {
  const bare = network.replace(/%[^/]*/, '')
  return bare.includes(':') ? `[${bare}]` : bare
}

/** All but what stays open: loopback, the host's own addresses, the control plane, the allow list. */
export const allBut = (
  own: readonly string[],
  pins: readonly { readonly address: string; readonly port: number }[],
  allow: readonly string[],
): string =>
  [
    'not dst 127.0.0.0/8',
    'not dst [::1]',
    ...[...own, ...allow].map((network) => `not dst ${written(network)}`),
    ...pins.map(({ address, port }) => `not ( dst ${written(address)} and dport = :${port} )`),
  ].join(' and ')

export const withPeer = (network: string): string => `dst ${written(network)}`
