import { createHash } from 'node:crypto'
import path from 'node:path'
import { exeSha256, knownSha256 } from './identity.ts'
import { allStats, arguments_, exePath, isDead } from './proc.ts'

export interface Image {
  readonly exe: string | null
  readonly exeSha256: string | null
  readonly argumentsSha256: string
}
export interface Respawned {
  readonly pid: number
  readonly ppid: number
  readonly name: string
  readonly startTime: string
}

/** Run many programs under one image: only the same arguments make it the same program. */
const interpreters =
  /^(?:ba|da|z|k|c|tc|fi)?sh$|^(?:python|perl|ruby|lua|php)[\d.]*$|^(?:node|nodejs|java|busybox|awk|gawk|mawk|env|sleep|sudo|su)$/

/** Tells command lines apart without keeping them: they may hold secrets. */
export const argumentsSha256 = (pid: number): string =>
  createHash('sha256').update(arguments_(pid).join('\0')).digest('hex')

/** What runs the same image and began at that tick or later. Looks at the bytes too, so a copy under another name counts. */
export const respawned = (image: Image, sinceTicks: number): Respawned[] => {
  const anyArguments = image.exe === null || !interpreters.test(path.basename(image.exe))
  return allStats().flatMap((stat) => {
    if (Number(stat.startTime) < sinceTicks || isDead(stat) || stat.kernelThread) return []
    const exe = exePath(stat.pid)
    if (exe === null) return []
    const same =
      exe === image.exe ||
      (image.exeSha256 !== null && (knownSha256(stat.pid) ?? exeSha256(stat.pid)) === image.exeSha256)
    if (!same || (!anyArguments && argumentsSha256(stat.pid) !== image.argumentsSha256)) return []
    return [{ pid: stat.pid, ppid: stat.ppid, name: stat.name, startTime: stat.startTime }]
  })
}
