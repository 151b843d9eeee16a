import os from 'node:os'
import type { HostFacts } from '@riposte/contract'
import { ownAddresses } from './linux-facts.ts'
import { runProgram } from './run-program.ts'

/** The environment without which Windows programs do not start. */
export const windowsEnvironment = (env: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  const needed = [
    'SystemRoot',
    'SystemDrive',
    'windir',
    'Path',
    'PATH',
    'PATHEXT',
    'TEMP',
    'TMP',
    'ComSpec',
    'ProgramData',
  ]
  return Object.fromEntries(needed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

/**
 * The same facts on Windows, from the registry and PowerShell. This file has not run on a real Windows: what it reads is taken from
 * recorded output of the programs.
 */
export async function windowsFacts(environment: Readonly<Record<string, string>>): Promise<HostFacts> {
  const machine = await ask(
    'reg.exe',
    ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid'],
    environment,
  )
  const network = await ask(
    'powershell.exe',
    [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      '(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().Ticks; "gateways"; (Get-NetRoute -DestinationPrefix "0.0.0.0/0","::/0" -ErrorAction SilentlyContinue).NextHop; "resolvers"; (Get-DnsClientServerAddress).ServerAddresses',
    ],
    environment,
  )
  return parseWindowsFacts(machine, network)
}

export function parseWindowsFacts(machine: string, network: string): HostFacts {
  const [boot = '', gateways = '', resolvers = ''] = network.split(/^(?:gateways|resolvers)\s*$/m)
  const words = (text: string): string[] => [
    ...new Set(text.split(/\s+/).filter((word) => word !== '' && word !== '0.0.0.0' && word !== '::')),
  ]
  return {
    hostname: os.hostname().slice(0, 255),
    os: { platform: 'windows', name: os.version().slice(0, 200), kernel: os.release().slice(0, 200) },
    architecture: process.arch,
    machineId: /MachineGuid\s+REG_SZ\s+(\S+)/.exec(machine)?.[1]?.slice(0, 128) ?? '',
    bootId: boot.trim().slice(0, 64),
    addresses: ownAddresses(),
    gateways: words(gateways).slice(0, 64),
    resolvers: words(resolvers).slice(0, 64),
    agentPid: process.pid,
    nodeVersion: process.version,
  }
}

const ask = async (
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> =>
  (await runProgram(file, args, { timeoutMs: 30_000 }, environment).catch(() => ({ stdout: '' }))).stdout
