import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { ProgramMissing } from '../host.ts'
import { Unavailable, type ItemWriter } from './item-writer.ts'
import { readOr } from './walk-host.ts'

const kibibyte = 1_024
const dumpMs = 600_000

/** State and start of a process; the start tells it from a later one with the same number. */
async function look(proc: string, pid: number): Promise<{ state: string; start: string } | null> {
  const stat = await readOr(path.join(proc, String(pid), 'stat'), '')
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stat === '' ? null : { state: rest[0] ?? '', start: rest[19] ?? '' }
}

const status = async (proc: string, pid: number, field: string): Promise<number> =>
  Number(
    new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(await readOr(path.join(proc, String(pid), 'status'), ''))?.[1] ?? 0,
  ) * kibibyte

async function dump(item: ItemWriter, proc: string, pid: number): Promise<void> {
  const before = await look(proc, pid)
  if (!before) {
    item.problem(`Process ${pid} is gone`)
    return
  }
  if (pid === item.host.pid) {
    item.problem(`Process ${pid} is the agent, whose memory holds its keys`)
    return
  }
  const resident = (await status(proc, pid, 'VmRSS')) + (await status(proc, pid, 'VmSwap'))
  if (resident === 0) {
    item.problem(`Process ${pid} has no memory of its own (a thread of the kernel, or ended)`)
    return
  }
  if (resident > item.left) {
    item.problem(`Process ${pid} has ${resident} bytes in memory; the budget leaves ${item.left}`)
    return
  }
  const folder = path.join(item.folder, `memory-${pid}`)
  await mkdir(folder, { mode: 0o700 })
  try {
    const args = ['-o', path.join(folder, 'core'), String(pid)]
    const run = await withFileLimit(item, args)
    const [core] = await readdir(folder)
    const after = await look(proc, pid)
    if (after?.state === 'T' && before.state !== 'T') await item.host.run('kill', ['-CONT', String(pid)])
    if (after !== null && after.start !== before.start) {
      item.problem(`Process ${pid} ended meanwhile, and its number is another's now`)
      return
    }
    if (core === undefined) {
      const said = `${run.stderr}\n${run.stdout}`
        .split('\n')
        .find((line) => /ptrace|not permitted|No such process|unable|cannot|fail/i.test(line))
      item.problem(
        `The memory of process ${pid} was refused: ${said?.trim() ?? (run.timedOut ? 'gcore did not end in time' : `gcore ended with ${run.code ?? 'a signal'}`)}`,
      )
      return
    }
    if (run.code !== 0)
      item.problem(`gcore of process ${pid} ended with ${run.code ?? 'a signal'}: the dump may be cut`)
    const { size } = await stat(path.join(folder, core))
    await item.file(`${pid}.core`, path.join(folder, core), { keep: 'head', limit: size })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A dump also holds what is mapped and not resident: a limit of the kernel ends one that outgrows the budget. */
async function withFileLimit(item: ItemWriter, args: readonly string[]) {
  const options = { timeoutMs: dumpMs, signal: item.signal, maxOutput: 65_536 }
  try {
    return await item.host.run('prlimit', [`--fsize=${item.left}`, 'gcore', ...args], options)
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error
    return item.host.run('gcore', args, options)
  }
}

export async function processMemory(item: ItemWriter, proc: string, pids: readonly number[]): Promise<void> {
  if (pids.length === 0) throw new Unavailable('No process was named whose memory to take')
  try {
    await item.host.run('gcore', ['--help'], { timeoutMs: 10_000, maxOutput: 65_536 })
  } catch (error) {
    if (error instanceof ProgramMissing) throw new Unavailable('There is no gcore on this host (package gdb)')
    throw error
  }
  for (const pid of new Set(pids)) {
    item.signal.throwIfAborted()
    await dump(item, proc, pid)
  }
}

/** Whether one byte beyond the first mebibyte can be read: kernels that guard their memory refuse it. */
async function refusal(device: string): Promise<string> {
  try {
    const handle = await open(device, 'r')
    try {
      await handle.read(Buffer.alloc(1), 0, 1, 1_048_577)
      return `${device} could be read, but is no image of the memory by itself`
    } finally {
      await handle.close()
    }
  } catch (error) {
    return `${device}: ${(error as NodeJS.ErrnoException).code ?? 'refused'}`
  }
}

/** By AVML, where somebody put it: the only way that needs no module of the kernel. */
export async function fullMemory(item: ItemWriter, proc: string): Promise<void> {
  const total = Number(/^MemTotal:\s*(\d+)/m.exec(await readOr(path.join(proc, 'meminfo'), ''))?.[1] ?? 0) * kibibyte
  const image = path.join(item.folder, 'memory.lime')
  try {
    if (total > item.left) {
      await item.host.run('avml', ['--version'], { timeoutMs: 10_000 })
      throw new Unavailable(`The host has ${total} bytes of memory; the budget leaves ${item.left}`)
    }
    const run = await item.host.run('avml', ['--compress', image], { timeoutMs: dumpMs * 3, signal: item.signal })
    if (run.code !== 0) throw new Error(`avml ended with ${run.code ?? 'a signal'}: ${run.stderr.trim().slice(0, 200)}`)
    const { size } = await stat(image)
    await item.file('memory.lime', image, { keep: 'head', limit: size })
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error
    const why = [await refusal('/dev/mem'), await refusal(path.join(proc, 'kcore'))].join('; ')
    throw new Unavailable(`There is no avml on this host, and the kernel's own files do not do instead (${why})`)
  } finally {
    await rm(image, { force: true })
  }
}
