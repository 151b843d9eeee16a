import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { ActionFailure } from '../executor.ts'
import type { Host } from '../host.ts'

const queues = new Map<string, Promise<unknown>>()

/** One change of a host's firewall after the other, whoever asks. */
export const oneAtATime = <Result>(host: Host, work: () => Promise<Result>): Promise<Result> => {
  const before = queues.get(host.stateDir) ?? Promise.resolve()
  const run = before.then(work, work)
  queues.set(
    host.stateDir,
    run.catch(() => undefined),
  )
  return run
}

const fileOf = (host: Host, name: string): string => path.join(host.stateDir, 'firewall', `${name}.json`)

/** What was written last; null when nothing was. */
export const readState = async (host: Host, name: string): Promise<unknown> => {
  const file = fileOf(host, name)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new ActionFailure(
      'execution_error',
      `${file} cannot be read as JSON. Take it away to begin anew: containments that it knew end then`,
    )
  }
}

/** On the disk before it returns, whole or not at all. */
export const writeState = async (host: Host, name: string, state: unknown): Promise<void> => {
  const file = fileOf(host, name)
  const folder = path.dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const handle = await open(`${file}.new`, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(state))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
  const entry = await open(folder)
  try {
    await entry.sync()
  } finally {
    await entry.close()
  }
}

export const forgetState = (host: Host, name: string): Promise<void> => rm(fileOf(host, name), { force: true })
