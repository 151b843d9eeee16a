import { readFileSync, statSync } from 'node:fs'

/** Users that the host itself knows. Those of a directory service are named by `getent`, where a program may be run. */
let cache: { version: string; byId: ReadonlyMap<number, string> } = { version: '', byId: new Map() }

const localUsers = (): ReadonlyMap<number, string> => {
  try {
    const stats = statSync('/etc/passwd', { bigint: true })
    const version = `${stats.ino}:${stats.size}:${stats.mtimeNs}`
    if (version !== cache.version) {
      const byId = new Map<number, string>()
      for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
        const [name, , uid] = line.split(':')
        if (name !== undefined && uid !== undefined && !byId.has(Number(uid))) byId.set(Number(uid), name)
      }
      cache = { version, byId }
    }
  } catch {
    // Without the file there are numbers.
  }
  return cache.byId
}

export const userName = (uid: number): string => localUsers().get(uid) ?? String(uid)
