import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export const readOr = (file: string, otherwise: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => otherwise)

export interface FoundFile {
  /** Below the folder that was asked for. */
  readonly name: string
  readonly path: string
  readonly kind: 'file' | 'link' | 'folder' | 'other'
  readonly bytes: number
  readonly mode?: string
  readonly uid?: number
  readonly gid?: number
  readonly modified?: string
  /** When its content or its rights last changed: nobody sets this one at will. */
  readonly changed?: string
}

/** What lies below a folder, links not followed; empty where there is none. */
export async function listFiles(
  folder: string,
  limits: { readonly most: number; readonly depth: number; readonly owners?: boolean },
): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const waiting: { name: string; depth: number }[] = [{ name: '', depth: 0 }]
  for (let next = waiting.pop(); next && found.length < limits.most; next = waiting.pop()) {
    const names = await readdir(path.join(folder, next.name)).catch(() => [])
    for (const own of names.sort()) {
      if (found.length >= limits.most) break
      const name = path.join(next.name, own)
      const stat = await lstat(path.join(folder, name)).catch(() => null)
      if (!stat) continue
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other'
      if (kind === 'folder' && next.depth < limits.depth) waiting.push({ name, depth: next.depth + 1 })
      const owners = {
        mode: (stat.mode & 0o7777).toString(8),
        uid: stat.uid,
        gid: stat.gid,
        modified: stat.mtime.toISOString(),
        changed: stat.ctime.toISOString(),
      }
      found.push({
        name,
        path: path.join(folder, name),
        kind,
        bytes: stat.size,
        ...(limits.owners === true ? owners : {}),
      })
    }
  }
  return found
}
