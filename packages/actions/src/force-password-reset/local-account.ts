import { ActionFailure } from '../executor.ts'
import { ProgramMissing, type Host, type RunResult } from '../host.ts'

/** What a host says of a local account's password. Never the password's hash: it is read past, and kept nowhere. */
export interface LocalAccount {
  readonly user: string
  readonly uid: number
  /** Days since 1970 of the last change; 0: must be changed at the next sign-in; null: the account has no such date. */
  readonly lastChange: number | null
  /** No password opens it. */
  readonly locked: boolean
}

const runLimit = { timeoutMs: 20_000, env: { LC_ALL: 'C' } } as const

/** Names as passwd(5) can hold them. */
export const isAccountName = (name: string): boolean => /^[^\s:/\p{Cc}-][^\s:/\p{Cc}]{0,255}$/u.test(name)

/** Reads the host's own files, never a directory that it asks. @returns null when there is no such account */
export async function readLocalAccount(host: Host, user: string): Promise<LocalAccount | null> {
  const passwd = await lookUp(host, 'passwd', user)
  if (!passwd) return null
  const uid = Number(passwd[2])
  const shadow = await lookUp(host, 'shadow', user)
  if (!shadow || !Number.isInteger(uid)) return { user, uid, lastChange: null, locked: true }
  const hash = shadow[1] ?? ''
  const day = shadow[2] ?? ''
  return {
    user,
    uid,
    lastChange: /^\d{1,9}$/.test(day) ? Number(day) : null,
    locked: hash.startsWith('!') || hash.startsWith('*'),
  }
}

async function lookUp(host: Host, database: 'passwd' | 'shadow', user: string): Promise<string[] | null> {
  const { code, stdout } = await host.run('getent', ['-s', 'files', database, user], runLimit)
  // 2: no such key. Anything else is a host that cannot tell.
  if (code === 2) return null
  // A number is looked up as an id too: only the name itself counts.
  const fields = stdout.split('\n', 1)[0]?.split(':') ?? []
  if (code === 0) return fields[0] === user ? fields : null
  throw new ActionFailure('execution_error', `getent cannot read ${database} (it ended with ${code ?? 'a signal'})`)
}

const attempts = 5
const pauseMs = 300

/** Makes the password count as changed on day 0, under the lock that every program takes for these files. @throws ActionFailure */
export async function expirePassword(host: Host, user: string, signal: AbortSignal): Promise<void> {
  let last: RunResult | null = null
  for (let attempt = 0; attempt < attempts && !signal.aborted; attempt += 1) {
    if (attempt > 0) await host.sleep(pauseMs, signal)
    last = await chage(host, ['-d', '0', user])
    if (last.code === 0) return
    // Somebody else is changing the files: theirs first.
    if (!/lock/i.test(last.stderr)) break
  }
  if (!last) throw new ActionFailure('timed_out', 'There was no time left')
  const said = last.stderr.trim().split('\n', 1)[0] ?? ''
  if (last.code === 1 && /permission denied/i.test(said)) throw new ActionFailure('permission_denied', said)
  throw new ActionFailure('execution_error', `chage ended with ${last.code ?? 'a signal'}: ${said.slice(0, 300)}`)
}

async function chage(host: Host, args: readonly string[]): Promise<RunResult> {
  try {
    return await host.run('chage', args, runLimit)
  } catch (error) {
    if (error instanceof ProgramMissing)
      throw new ActionFailure('unsupported', 'This host has no chage (Debian: passwd, others: shadow-utils)')
    throw error
  }
}

export async function missingPrograms(host: Host): Promise<string | null> {
  for (const [program, args] of [
    ['getent', ['--version']],
    ['chage', ['--help']],
  ] as const) {
    try {
      await host.run(program, args, runLimit)
    } catch (error) {
      if (error instanceof ProgramMissing) return `There is no ${program} on this host`
      throw error
    }
  }
  return null
}
