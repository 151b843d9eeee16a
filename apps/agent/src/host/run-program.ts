import { spawn } from 'node:child_process'
import { ProgramMissing, type RunOptions, type RunResult } from '@riposte/actions'

const standardTimeoutMs = 15_000
const standardOutput = 4 * 1_048_576

/** The agent's own environment may hold secrets of whoever started it: programs get none of it. */
const plainEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  LANG: 'C',
}

function keep(stream: NodeJS.ReadableStream, limit: number): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    if (bytes < limit) chunks.push(chunk.subarray(0, limit - bytes))
    bytes += chunk.length
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

/** Runs a program without a shell, in a process group of its own: at the limit, all that it started ends with it. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
  environment: Readonly<Record<string, string>> = plainEnvironment,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const group = process.platform !== 'win32'
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      detached: group,
      windowsHide: true,
      env: { ...environment, ...options.env },
    })
    const stdout = keep(child.stdout, options.maxOutput ?? standardOutput)
    const stderr = keep(child.stderr, options.maxOutput ?? standardOutput)
    let timedOut = false
    const end = (): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        else child.kill('SIGKILL')
      } catch {
        // Gone already.
      }
      // A grandchild that left the group may hold the pipes open: it is not waited for.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const timer = setTimeout(() => {
      timedOut = true
      end()
    }, options.timeoutMs ?? standardTimeoutMs)
    if (options.signal?.aborted === true) end()
    options.signal?.addEventListener('abort', end)
    const done = (): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', end)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      done()
      reject(error.code === 'ENOENT' ? new ProgramMissing(file) : error)
    })
    child.on('close', (code) => {
      done()
      resolve({ code, stdout: stdout(), stderr: stderr(), timedOut })
    })
    // A program that ends without reading all of its input is no failure of ours.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
  })
}
