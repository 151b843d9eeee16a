import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const needed = { ip: 'iproute2', unshare: 'util-linux', nft: 'nftables', setpriv: 'util-linux', script: 'bsdutils' }
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Why this machine cannot have lab hosts, as a sentence; null when it can. */
export function missingForLab(): string | null {
  if (process.platform !== 'linux') return 'lab hosts are made of Linux namespaces, and this is not Linux'
  if (process.getuid?.() !== 0) return 'making network namespaces takes root'
  const absent = Object.entries(needed).filter(
    ([name]) => !folders.some((folder) => existsSync(path.join(folder, name))),
  )
  if (absent.length > 0)
    return `programs are missing: ${absent.map(([name]) => name).join(', ')} (Debian: apt-get install ${[...new Set(absent.map(([, debian]) => debian))].join(' ')})`
  const tried = spawnSync('unshare', ['-n', '-m', '-p', '-f', '--mount-proc', '-u', 'true'], { timeout: 10_000 })
  return tried.status === 0 ? null : `the kernel refuses namespaces (${tried.stderr.toString().trim().slice(0, 200)})`
}
