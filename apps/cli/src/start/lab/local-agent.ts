import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { programs } from '../../programs.ts'
import type { StartedDevices } from './prepare-devices.ts'

const stateDirOf = (dataDir: string): string => path.join(dataDir, 'agent')
const againMs = 5_000

export const localAgentEnrolled = (dataDir: string): boolean => existsSync(path.join(stateDirOf(dataDir), 'agent.json'))

/** The agent on this machine, as whoever started us; started again when it ends. */
export function startLocalAgent(given: {
  dataDir: string
  agentPort: number
  name: string
  token: string | null
}): StartedDevices {
  const stateDir = stateDirOf(given.dataDir)
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const log = openSync(path.join(stateDir, 'agent.log'), 'a', 0o600)
  const stdio: ['ignore', number, number] = ['ignore', log, log]
  if (given.token !== null) {
    const url = `https://127.0.0.1:${given.agentPort}`
    const asked = ['enroll', '--url', url, '--token', given.token, '--name', given.name, '--state-dir', stateDir]
    spawnSync(process.execPath, [programs.agent, ...asked], { stdio, timeout: 30_000 })
  }
  let child: ChildProcess | null = null
  let timer: NodeJS.Timeout | undefined
  let stopping = false
  const launch = (): void => {
    const current = spawn(process.execPath, [programs.agent, 'run', '--state-dir', stateDir], { stdio })
    child = current
    current.on('exit', () => {
      child = null
      if (!stopping) timer = setTimeout(launch, againMs)
    })
  }
  launch()
  return {
    get pids() {
      return { [given.name]: child?.pid ?? null }
    },
    stop: async () => {
      stopping = true
      clearTimeout(timer)
      const current = child
      if (current) {
        const gone = new Promise<void>((resolve) => current.once('exit', () => resolve()))
        current.kill('SIGTERM')
        const force = setTimeout(() => current.kill('SIGKILL'), againMs)
        await gone
        clearTimeout(force)
      }
      closeSync(log)
    },
  }
}
