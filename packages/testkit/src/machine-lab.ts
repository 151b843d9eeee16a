import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface LabResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A machine of its own, as far as processes, mounts and users go: nothing done in it reaches the one that runs the tests. */
export interface MachineLab {
  /** Folder inside and outside of the lab, in memory; gone with it. */
  readonly folder: string
  /** Its process 1 as the machine outside numbers it: /proc/PID/root is the lab's file system. */
  readonly pid: number
  /** Runs a program in the lab. */
  run(file: string, args: readonly string[], options?: { input?: string; timeoutMs?: number }): Promise<LabResult>
  /** A shell script in the lab; throws when it fails, since then the lab is not what the test says. */
  sh(script: string): Promise<string>
  /** A program that stays; its streams are the caller's. Ends with the lab at the latest. */
  start(file: string, args: readonly string[]): ChildProcess
  stop(): Promise<void>
}

// Bash reaps whatever is left without a parent, as a process 1 must; each round of the loop is where it looks.
const firstProcess = `
set -e
mount -t tmpfs tmpfs "$1"
mkdir -p "$1/etc/upper" "$1/etc/work" "$1/shared"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc/upper,workdir=$1/etc/work" /etc
mount -t tmpfs tmpfs /srv
mount -t tmpfs tmpfs /run
hostname riposte-lab
set +e
echo ready
while :; do sleep 0.1; done
`

const childOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])

const collect = async (child: ChildProcess, timeoutMs: number): Promise<LabResult> => {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code, stdout, stderr }
}

/**
 * Namespaces of mounts, processes and host name, with an /etc that may be written to, an empty /srv and /run in memory. Needs root.
 * Whatever runs in it ends with `stop`, and with this process.
 */
export const startMachineLab = async (): Promise<MachineLab> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-lab-'))
  const outer = spawn(
    'unshare',
    ['-m', '-p', '-f', '--mount-proc', '-u', '--kill-child', '--', 'bash', '-c', firstProcess, 'lab', folder],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  outer.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  outer.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const end = Date.now() + 10_000
  while (!said.includes('ready')) {
    if (outer.exitCode !== null || Date.now() > end) {
      outer.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
      throw new Error(`The lab did not start: ${said}`)
    }
    await delay(10)
  }
  const first = childOf(outer.pid ?? 0)
  const start = (file: string, args: readonly string[]): ChildProcess =>
    spawn('nsenter', ['-t', String(first), '-m', '-p', '-u', '--', file, ...args], { stdio: 'pipe' })
  const run: MachineLab['run'] = (file, args, options = {}) => {
    const child = start(file, args)
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
    return collect(child, options.timeoutMs ?? 20_000)
  }
  return {
    folder,
    pid: first,
    run,
    start,
    sh: async (script) => {
      const result = await run('bash', ['-ec', script])
      if (result.code !== 0) throw new Error(`In the lab: ${script}\n${result.stdout}${result.stderr}`)
      return result.stdout
    },
    stop: async () => {
      // The end of process 1 is the end of all of them, and then of their mounts.
      if (outer.exitCode === null && outer.signalCode === null) {
        const closed = once(outer, 'close')
        process.kill(first, 'SIGKILL')
        await closed
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
