import { spawn } from 'node:child_process'
import { programs } from './programs.ts'

/** The control plane in the foreground: same terminal, same signals, its exit code. */
export const runServe = (): Promise<number> => inForeground([])

export const runSignInLink = (): Promise<number> => inForeground(['sign-in-link'])

function inForeground(args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['--enable-source-maps', programs.server, ...args], { stdio: 'inherit' })
  // The terminal sends its signals to the child as well; we only wait for it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}
