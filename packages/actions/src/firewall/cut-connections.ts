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

const written = (address: string): string => (address.includes(':') ? `[${address.split('%')[0] ?? ''}]` : address)

/** All but what stays open: loopback, the host's own addresses, the control plane, the allow list. */
export const allBut = (
  own: readonly string[],
  pins: readonly { readonly address: string; readonly port: number }[],
  allow: readonly string[],
): string =>
  [
    'not dst 127.0.0.0/8',
    'not dst [::1]',
    ...own.map((address) => `not dst ${written(address)}`),
    ...pins.map(({ address, port }) => `not ( dst ${written(address)} and dport = :${port} )`),
    ...allow.map((text) => {
      const [address = '', prefix] = text.split('/')
      return `not dst ${written(address)}${prefix === undefined ? '' : `/${prefix}`}`
    }),
  ].join(' and ')

export const withPeer = (network: string): string => {
  const [address = '', prefix] = network.split('/')
  return `dst ${written(address)}${prefix === undefined ? '' : `/${prefix}`}`
}
