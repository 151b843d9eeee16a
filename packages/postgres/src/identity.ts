import { spawnSync } from 'node:child_process'

/**
 * Under which identity PostgreSQL runs; it refuses to run as root.
 * `same`: we are not root. `namespace`: root here, an ordinary user inside a user namespace; files stay ours, and a checkout under
 * a root-only folder works. `user`: another uid, where user namespaces are not allowed; folders are handed to it.
 */
export type Identity =
  | { readonly kind: 'same' }
  | { readonly kind: 'namespace' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }

const nobody = 65_534

const succeeds = (command: string, args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0

export const namespaceCommand = ['unshare', '--user', '--map-user=1000', '--map-group=1000'] as const

export function chooseIdentity(): Identity {
  if (process.getuid?.() !== 0) return { kind: 'same' }
  const [command, ...args] = namespaceCommand
  if (succeeds(command, [...args, 'true'])) return { kind: 'namespace' }
  return { kind: 'user', uid: nobody, gid: nobody }
}

/** Ends PostgreSQL cleanly when its parent dies, where the machine has the program for it. */
export function deathSignalCommand(): readonly string[] {
  return process.platform === 'linux' && succeeds('setpriv', ['--pdeathsig', 'INT', 'true'])
    ? ['setpriv', '--pdeathsig', 'INT']
    : []
}
