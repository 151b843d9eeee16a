import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { clientContext, dial, pinOf } from '@riposte/uplink/device'
import { askAgent } from './control-socket.ts'
import { readLines } from './durable-lines.ts'
import { runProgram } from './host/run-program.ts'
import { lockHolder } from './lock.ts'
import { AgentProblem, readState, stateFiles, type AgentState } from './state-folder.ts'
import type { AgentStatus } from './status.ts'

export interface Finding {
  readonly what: string
  readonly result: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What would make it right; null when it is. */
  readonly advice: string | null
}

const ok = (what: string, detail: string): Finding => ({ what, result: 'ok', detail, advice: null })
const warn = (what: string, detail: string, advice: string): Finding => ({ what, result: 'warn', detail, advice })
const fail = (what: string, detail: string, advice: string): Finding => ({ what, result: 'fail', detail, advice })

const dayMs = 86_400_000
const unitFiles = ['/etc/systemd/system/riposte-agent.service', '/lib/systemd/system/riposte-agent.service']

/** Looks at everything that the agent needs. Changes nothing. */
export async function examine(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [rights(), ...(await programs())]
  let state: AgentState
  try {
    state = readState(folder)
  } catch (error) {
    if (!(error instanceof AgentProblem)) throw error
    return [
      ...findings,
      fail('enrolment', error.message, 'Make a token in the console under Devices and run riposte-agent enroll.'),
    ]
  }
  return [
    ...findings,
    ok('enrolment', `${state.config.name}, device ${state.config.deviceId}`),
    permissions(folder),
    certificate(state),
    ...(await reach(state)),
    ...(await running(folder)),
    journal(folder),
    disk(folder),
    unit(),
  ]
}

function rights(): Finding {
  const what = 'rights'
  if (process.getuid?.() === undefined) return warn(what, 'this platform does not tell', 'Run the agent as SYSTEM.')
  if (process.getuid() !== 0)
    return fail(what, `runs as user ${process.getuid()}`, 'Run it as root, or look with sudo riposte-agent doctor.')
  const needed = { CAP_DAC_OVERRIDE: 1, CAP_KILL: 5, CAP_NET_ADMIN: 12, CAP_SYS_PTRACE: 19 } as const
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`)
  const missing = Object.entries(needed).filter(([, bit]) => (held & (1n << BigInt(bit))) === 0n)
  return missing.length === 0
    ? ok(what, 'root with the capabilities that actions need')
    : warn(
        what,
        `root without ${missing.map(([name]) => name).join(', ')}`,
        'Actions that need them will be refused; start the agent by its unit.',
      )
}

async function programs(): Promise<Finding[]> {
  if (process.platform !== 'linux') return []
  const nft = await runProgram('nft', ['--version']).catch(() => null)
  if (nft?.code !== 0)
    return [
      fail(
        'nft',
        'there is no nft',
        'Install nftables; without it this host can be neither isolated nor block an address.',
      ),
    ]
  const works = await runProgram('nft', ['--check', '-f', '-'], { input: 'add table inet riposte_doctor\n' }).catch(
    () => null,
  )
  return [
    works?.code === 0
      ? ok('nft', nft.stdout.trim())
      : fail(
          'nft',
          works?.stderr.trim().slice(0, 300) ?? 'does not run',
          'The kernel needs nf_tables and the agent CAP_NET_ADMIN.',
        ),
  ]
}

function permissions(folder: string): Finding {
  const open = ['', stateFiles.config, stateFiles.key, stateFiles.journal]
    .map((name) => path.join(folder, name))
    .filter((file) => existsSync(file) && (statSync(file).mode & 0o077) !== 0)
  return open.length === 0
    ? ok('state folder', `${folder}, for its owner alone`)
    : fail(
        'state folder',
        `others may look into ${open.join(', ')}`,
        `Run chmod -R go= ${folder}; if somebody may have read the key, retire this device and enrol anew.`,
      )
}

function certificate(state: AgentState): Finding {
  const read = new X509Certificate(state.memory?.certificate ?? state.identity.certificate)
  const left = Math.floor((Date.parse(read.validTo) - Math.max(Date.now(), state.memory?.newestTime ?? 0)) / dayMs)
  if (left < 0)
    return fail('certificate', `ended at ${read.validTo}`, 'Retire this device in the console and enrol the host anew.')
  return left < 30
    ? warn('certificate', `ends in ${left} days`, 'The agent renews it by itself when it is connected; see that it is.')
    : ok('certificate', `${left} days left`)
}

async function reach(state: AgentState): Promise<Finding[]> {
  const { identity, memory, config } = state
  const known = memory?.known ?? []
  const targets = known.length > 0 ? known.map(({ address, port }) => ({ host: address, port })) : config.endpoints
  const trust = { pin: pinOf(new X509Certificate(identity.authority)), newestTime: () => memory?.newestTime ?? 0 }
  const context = clientContext({ ...identity, certificate: memory?.certificate ?? identity.certificate })
  const tried = await Promise.all(
    targets.slice(0, 8).map(async ({ host, port }): Promise<Finding> => {
      try {
        const { socket } = await dial({ host, port, trust, context, timeoutMs: 5_000 })
        socket.destroy()
        return ok('control plane', `${host}:${port} answers and is the right one`)
      } catch (error) {
        const why = `${host}:${port}: ${(error as Error).message}`
        return warn(
          'control plane',
          why,
          'Open that port outbound, or correct the address that the control plane tells its agents.',
        )
      }
    }),
  )
  return tried.some(({ result }) => result === 'ok')
    ? tried
    : tried.map((finding) => ({ ...finding, result: 'fail' as const }))
}

async function running(folder: string): Promise<Finding[]> {
  const holder = lockHolder(folder)
  if (holder === null) return [fail('agent', 'does not run', 'Start it: systemctl start riposte-agent.')]
  const status = (await askAgent(folder, { ask: 'status' })) as AgentStatus | null
  if (!status?.channel)
    return [
      warn('agent', `process ${holder} runs and does not answer`, 'Look at its log: journalctl -u riposte-agent.'),
    ]
  const { channel } = status
  const connected = channel.connected
    ? ok(
        'agent',
        `process ${holder}, connected by ${channel.by === 'websocket' ? 'WebSocket' : 'long polls'}, ${status.memoryMb ?? '?'} MB`,
      )
    : channel.unwanted
      ? fail('agent', `held back: ${channel.unwanted.detail}`, 'Decide about this device on its page in the console.')
      : warn(
          'agent',
          `not connected: ${channel.lastProblem ?? 'still trying'}`,
          'See the lines about the control plane.',
        )
  const skew = channel.clockSkewMs
  const clock =
    skew === null
      ? warn('clock', 'not compared yet', 'It is, at the first contact.')
      : Math.abs(skew) > 60_000
        ? warn(
            'clock',
            `${Math.round(skew / 1_000)} s ahead of the control plane`,
            'The agent corrects for it; logs of this host are off. Turn on NTP.',
          )
        : ok('clock', `${skew} ms ahead of the control plane`)
  return [connected, clock]
}

function journal(folder: string): Finding {
  const file = path.join(folder, stateFiles.journal)
  if (!existsSync(file)) return ok('journal', 'empty')
  const { values, damaged } = readLines(readFileSync(file))
  return damaged === 0
    ? ok('journal', `${values.length} records`)
    : fail(
        'journal',
        `${damaged} records in its middle cannot be read`,
        'Something other than the agent wrote to it, or the disk fails: check both.',
      )
}

function disk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  const free = Math.floor((bavail * bsize) / 1_048_576)
  if (free < 64)
    return fail('disk', `${free} MB free`, 'Without room for its journal the agent carries nothing out: free some.')
  return free < 2_048
    ? warn('disk', `${free} MB free`, 'Quarantine and collections of evidence need more.')
    : ok('disk', `${free} MB free`)
}

function unit(): Finding {
  const file = unitFiles.find((name) => existsSync(name))
  return file === undefined
    ? warn(
        'service',
        'no systemd unit is installed',
        'Run install.sh, so that the agent is back after a crash and a reboot.',
      )
    : ok('service', file)
}

export const printFindings = (findings: readonly Finding[]): string =>
  findings
    .map(
      ({ what, result, detail, advice }) =>
        `${result.padEnd(4)}  ${what}: ${detail}${advice === null ? '' : `\n      ${advice}`}\n`,
    )
    .join('')

/** 0: all well. 1: something fails. 2: warnings only. */
export const exitCodeOf = (findings: readonly Finding[]): number =>
  findings.some(({ result }) => result === 'fail') ? 1 : findings.some(({ result }) => result === 'warn') ? 2 : 0
