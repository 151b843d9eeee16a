import { readFileSync } from 'node:fs'
import os from 'node:os'
import type { HostFacts } from '@riposte/contract'

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What this host is and lives by, from /proc and /etc; runs no program, so it costs nothing to ask often. */
export function linuxFacts(): HostFacts {
  return {
    hostname: os.hostname().slice(0, 255),
    os: { platform: 'linux', name: osName(read('/etc/os-release')), kernel: os.release().slice(0, 200) },
    architecture: process.arch,
    machineId: (read('/etc/machine-id') || read('/var/lib/dbus/machine-id')).trim().slice(0, 128),
    bootId: read('/proc/sys/kernel/random/boot_id').trim(),
    addresses: ownAddresses(),
    gateways: unique([...gateways4(read('/proc/net/route')), ...gateways6(read('/proc/net/ipv6_route'))]).slice(0, 64),
    resolvers: unique([
      ...resolvers(read('/etc/resolv.conf')),
      // Behind the local stub are the ones that answer.
      ...resolvers(read('/run/systemd/resolve/resolv.conf')),
    ]).slice(0, 64),
    agentPid: process.pid,
    nodeVersion: process.version,
  }
}

export const ownAddresses = (): string[] =>
  unique(
    Object.values(os.networkInterfaces() as Record<string, os.NetworkInterfaceInfo[] | undefined>)
      .flatMap((addresses = []) => addresses)
      .filter(({ internal }) => !internal)
      .map(({ address }) => address),
  ).slice(0, 256)

export const osName = (release: string): string =>
  (
    /^PRETTY_NAME=(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*))$/m
      .exec(release)
      ?.slice(1)
      .find((part: string | undefined) => part !== undefined) ?? 'Linux'
  ).slice(0, 200)

/** @see https://docs.kernel.org/networking/proc_net_tcp.html for the form of addresses: host byte order, hex */
export function gateways4(table: string): string[] {
  const littleEndian = os.endianness() === 'LE'
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/)[2] ?? '')
    .filter((gateway) => /^[0-9A-F]{8}$/i.test(gateway) && gateway !== '00000000')
    .map((gateway) => {
      const bytes = [...Buffer.from(gateway, 'hex')]
      return (littleEndian ? bytes.reverse() : bytes).join('.')
    })
}

/** The fifth field is the next hop, 32 hex digits; shortened as the kernel prints it elsewhere. */
export function gateways6(table: string): string[] {
  return table
    .split('\n')
    .map((line) => line.split(/\s+/)[4] ?? '')
    .filter((gateway) => /^[0-9a-f]{32}$/i.test(gateway) && !/^0+$/.test(gateway))
    .map((gateway) => new URL(`http://[${(gateway.match(/.{4}/g) ?? []).join(':')}]`).hostname.slice(1, -1))
}

export const resolvers = (config: string): string[] =>
  [...config.matchAll(/^\s*nameserver\s+([^\s#;]+)/gm)].map(([, address]) =>
    (address ?? '').replace(/%.*$/, '').slice(0, 64),
  )

const unique = (values: readonly string[]): string[] => [...new Set(values)]
