import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { programs } from '../../programs.ts'
import { hostScript, networkCommands, type LabHost, type LabPlan } from './lab-plan.ts'

export interface Lab {
  readonly pids: Readonly<Record<string, number | null>>
  stop(): Promise<void>
}

/** Names of hosts that have not been enrolled by an earlier start. */
export const notEnrolled = (plan: LabPlan, dataDir: string): string[] =>
  plan.hosts.filter((host) => !existsSync(path.join(stateDirOf(dataDir, host), 'agent.json'))).map(({ name }) => name)

const stateDirOf = (dataDir: string, host: LabHost): string => path.join(dataDir, 'lab', host.name)

/** Makes the lab's network; what an earlier start left behind goes first. @throws Error that names the command that failed */
export function makeNetwork(plan: LabPlan): void {
  removeNetwork(plan)
  try {
    for (const [file, ...args] of networkCommands(plan)) {
      const done = spawnSync(file, args, { timeout: 10_000 })
      if (done.status !== 0)
        throw new Error(`${file} ${args.join(' ')}: ${done.stderr.toString().trim() || 'it did not end well'}`)
    }
  } catch (error) {
    removeNetwork(plan)
    throw error
  }
}

/** Interfaces go with their namespace, but only when the kernel comes to it: ours would be in the way of a start right after. */
export function removeNetwork(plan: LabPlan): void {
  for (const { namespace, link } of plan.hosts) {
    spawnSync('ip', ['link', 'del', link.ours], { timeout: 10_000 })
    spawnSync('ip', ['netns', 'del', namespace], { timeout: 10_000 })
  }
}

/** Starts both hosts in the network that was made. What they say is in `lab/NAME.log` of the data folder. */
export function startLab(
  plan: LabPlan,
  given: { dataDir: string; agentPort: number; tokens: Readonly<Record<string, string>> },
): Lab {
  const running = plan.hosts.map((host) => ({ host, child: startHost(plan, host, given) }))
  return {
    pids: Object.fromEntries(running.map(({ host, child }) => [host.name, child.pid ?? null])),
    stop: async () => {
      await Promise.all(running.map(({ child }) => end(child)))
      removeNetwork(plan)
    },
  }
}

function startHost(
  plan: LabPlan,
  host: LabHost,
  given: { dataDir: string; agentPort: number; tokens: Readonly<Record<string, string>> },
): ChildProcess {
  const stateDir = stateDirOf(given.dataDir, host)
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const log = openSync(path.join(given.dataDir, 'lab', `${host.name}.log`), 'a', 0o600)
  const script = hostScript(host, {
    node: process.execPath,
    agent: programs.agent,
    services: programs.labServices,
    stateDir,
    controlPlaneUrl: `https://${plan.controlPlane}:${given.agentPort}`,
    token: given.tokens[host.name] ?? null,
  })
  // In a file and not on the command line, which every process on the machine may read.
  const file = path.join(given.dataDir, 'lab', `${host.name}.sh`)
  writeFileSync(file, script, { mode: 0o600 })
  // With the first process of its process namespace everything on the host ends; and that ends with us, however we end.
  const withUs = ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', host.namespace]
  const unshare = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts', 'sh', file]
  const child = spawn('setpriv', [...withUs, ...unshare], {
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  })
  closeSync(log)
  return child
}

function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // It keeps SIGTERM from itself while it waits for the first process of the host, which ends the agent in good order.
  for (const pid of childrenOf(child.pid)) process.kill(pid, 'SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(force)
}
