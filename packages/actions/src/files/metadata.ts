import { fchmodSync, fchownSync, fstatSync, futimesSync, type BigIntStats } from 'node:fs'
import * as z from 'zod'
import { ProgramMissing, type Host } from '../host.ts'
import { byHandleOf } from './walk.ts'

/** Everything about a file but its bytes and its name. */
export const FileMetadata = z.object({
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  /** Nanoseconds since 1970, as text. */
  atimeNs: z.string(),
  mtimeNs: z.string(),
  links: z.number(),
  sparse: z.boolean(),
  /** Extended attributes by name, values in base64: ACL, capabilities and labels are among them. Null: could not be read, see `unread`. */
  attributes: z.record(z.string(), z.string()).nullable(),
  unread: z.string().nullable(),
})
export type FileMetadata = z.infer<typeof FileMetadata>

/** Names and values as `getfattr -e base64` prints them; odd bytes of names stay escaped as `\ooo`, which `setfattr --restore` reads again. */
export const parseAttributes = (text: string): Record<string, string> => {
  const found: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    // Base64 may end in "=", a name does not hold one unescaped.
    const [, name, value] = /^([^=]+)(?:=0s(.*))?$/.exec(line) ?? []
    if (name !== undefined) found[name] = value ?? ''
  }
  return found
}

const readAttributes = async (host: Host, fd: number): Promise<Pick<FileMetadata, 'attributes' | 'unread'>> => {
  try {
    const run = await host.run('getfattr', ['--absolute-names', '-d', '-m', '-', '-e', 'base64', '--', byHandleOf(fd)])
    if (run.code === 0) return { attributes: parseAttributes(run.stdout), unread: null }
    // A file system without any says so.
    if (/not supported/i.test(run.stderr)) return { attributes: {}, unread: null }
    return { attributes: null, unread: `getfattr: ${run.stderr.trim().slice(0, 200)}` }
  } catch (error) {
    if (error instanceof ProgramMissing)
      return { attributes: null, unread: 'The program getfattr is missing (Debian: attr).' }
    throw error
  }
}

/** Fewer blocks than its size needs: it has holes. */
export const isSparse = (stats: BigIntStats): boolean => stats.blocks * 512n + 4_096n < stats.size

export const readMetadata = async (host: Host, fd: number, stats: BigIntStats): Promise<FileMetadata> => ({
  mode: Number(stats.mode & 0o7777n),
  uid: Number(stats.uid),
  gid: Number(stats.gid),
  atimeNs: String(stats.atimeNs),
  mtimeNs: String(stats.mtimeNs),
  links: Number(stats.nlink),
  sparse: isSparse(stats),
  ...(await readAttributes(host, fd)),
})

const seconds = (ns: string): string => {
  const value = BigInt(ns)
  const whole = value >= 0n || value % 1_000_000_000n === 0n ? value / 1_000_000_000n : value / 1_000_000_000n - 1n
  return `@${whole}.${String(value - whole * 1_000_000_000n).padStart(9, '0')}`
}

const setTimes = async (host: Host, fd: number, wanted: FileMetadata): Promise<void> => {
  // Node takes times as a double, which holds no nanoseconds of this century.
  futimesSync(fd, Number(wanted.atimeNs) / 1e9, Number(wanted.mtimeNs) / 1e9)
  try {
    await host.run('touch', ['-c', '-a', '-d', seconds(wanted.atimeNs), '--', byHandleOf(fd)])
    await host.run('touch', ['-c', '-m', '-d', seconds(wanted.mtimeNs), '--', byHandleOf(fd)])
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error
  }
}

/** Puts metadata on an open file. The order matters: a new owner clears the set-user-id bit and the capabilities. */
export const writeMetadata = async (host: Host, fd: number, wanted: FileMetadata): Promise<void> => {
  fchownSync(fd, wanted.uid, wanted.gid)
  fchmodSync(fd, wanted.mode)
  const attributes = Object.entries(wanted.attributes ?? {})
  if (attributes.length > 0) {
    const lines = attributes.map(([name, value]) => (value === '' ? name : `${name}=0s${value}`))
    await host.run('setfattr', ['--restore=-'], { input: `# file: ${byHandleOf(fd)}\n${lines.join('\n')}\n\n` })
  }
  await setTimes(host, fd, wanted)
}

/** What differs from what was recorded, in words; empty when nothing does. Looks at the file itself, never at what was meant to be set. */
export const metadataDifferences = async (
  host: Host,
  fd: number,
  wanted: FileMetadata,
  options: { readonly accessTime: boolean },
): Promise<string[]> => {
  const found = await readMetadata(host, fd, fstatSync(fd, { bigint: true }))
  const differences: string[] = []
  const compare = (what: string, before: string | number, now: string | number): void => {
    if (before !== now) differences.push(`${what} ${before} is ${now} now`)
  }
  compare('mode', wanted.mode.toString(8), found.mode.toString(8))
  compare('owner', wanted.uid, found.uid)
  compare('group', wanted.gid, found.gid)
  compare('time of change', wanted.mtimeNs, found.mtimeNs)
  if (options.accessTime) compare('time of access', wanted.atimeNs, found.atimeNs)
  if (wanted.attributes !== null && found.attributes !== null)
    for (const name of new Set([...Object.keys(wanted.attributes), ...Object.keys(found.attributes)]))
      if (wanted.attributes[name] !== found.attributes[name]) differences.push(`attribute ${name} is not the same`)
  if (wanted.attributes !== null && found.attributes === null && Object.keys(wanted.attributes).length > 0)
    differences.push(`attributes cannot be read: ${found.unread ?? ''}`)
  return differences
}
