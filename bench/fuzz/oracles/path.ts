import path from 'node:path'
import type { Chance } from '../chance.ts'
import { inputOf, type Oracle, type Question } from '../subject.ts'
import { changes } from '../texts.ts'

export const pieces = [
  ...[
    '../',
    '..',
    './',
    '/',
    '//',
    '\\',
    '..\\',
    '%2e%2e/',
    '%2f',
    '..%2f',
    '%252e%252e%252f',
    '....//',
    '..;/',
    '\0',
    '%00',
    '~',
    'C:\\',
    'file://',
  ],
  ...['etc/passwd', 'a', 'b.txt', '.env', 'dir', ' ', '.', '...', '..a', 'a..', 'Ünïcode', 'proc/self/environ'],
]
const bases = ['/srv/app/files', '/srv/app/files/', '/var/www', '/data/u 1', '/a']

function anyName(chance: Chance): string {
  const steps = chance.several(1, 5, () =>
    chance.pick(['..', '..', '.', '', 'a', 'b', 'img.png', 'etc', 'passwd', '..a', 'a..b', '...', 'ü']),
  )
  return (chance.is(0.2) ? '/' : '') + steps.join(chance.is(0.1) ? '//' : '/')
}

/** Node's own paths: what leads out of the folder, and what stays. */
export function nodePath(): Promise<Oracle> {
  const ask = (chance: Chance): Question | null => {
    const base = chance.pick(bases)
    const name = anyName(chance)
    const before = chance.pick(['', '', 'sub/', 'user-7/'])
    const after = chance.pick(['', '', '.txt', '/index.html'])
    const isJoined = chance.is(0.4)
    const parts = [base, before + name + after] as const
    const written = isJoined ? path.posix.join(...parts) : `${base.replace(/\/$/, '')}/${parts[1]}`
    const folder = path.posix.resolve(base, before)
    const leads = path.posix.normalize(written)
    // `..././` is nobody's file: what is left of it when `./` is taken out climbs.
    if (name.includes('...')) return null
    const change = chance.is(0.6) ? changes[0] : chance.pick(changes)
    if (!change) return null
    const staysIn = (where: string): boolean => leads === where || leads.startsWith(`${where.replace(/\/$/, '')}/`)
    const inputs = [inputOf(change.send(name))]
    const withBase = { kind: 'file', path: written, base } as const
    const engine = `${change.name}; leads to ${leads}`
    if (!staysIn(path.posix.resolve(base))) return { operation: withBase, inputs, expects: 'finding', engine }
    if (name.split('/').includes('..')) return null
    if (!staysIn(folder)) return null
    const operation = chance.is(0.5) ? withBase : ({ kind: 'file', path: written } as const)
    return name.startsWith('/') ? null : { operation, inputs, expects: 'nothing', engine }
  }
  return Promise.resolve({ name: 'node:path', batch: 50, ask: (chances) => chances.map(ask) })
}
