import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { singleQuoted } from './payloads.ts'

/** Stands between the outputs of two commands. */
const border = '\x1e\x1d'

/**
 * Runs each command in a sub-shell of its own and returns what it printed, errors too, followed by its status. They run in a folder
 * that is thrown away, find no program at all on their path, have little time and room, and are nobody: a redirect that leads out of
 * the folder must not reach what belongs to the machine.
 * @param shell where the shell's program is
 */
export function runAll(shell: string, commands: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'riposte-shell-'))
  try {
    mkdirSync(join(folder, 'bin'))
    // Names that the globs of the payloads match.
    for (const name of ['a', 'x', '1', 'ab', 'in']) writeFileSync(join(folder, name), '')
    const script = join(folder, 'bin', 'script')
    writeFileSync(script, [`ulimit -t 60 -f 2000`, `cd ${singleQuoted(folder)}`, ...commands.map(toLine)].join('\n'))
    const { stdout, status } = spawnSync('/usr/bin/timeout', ['300', shell, script], {
      ...asNobody(folder),
      env: { PATH: join(folder, 'nothing'), HOME: '/h' },
      input: '',
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    if (status !== 0) throw new Error(`${shell} ended with ${String(status)}`)
    return stdout.split(border).slice(0, -1)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whom the shell runs as: where we may do everything, it may do nothing but in its folder. */
function asNobody(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const nobody = { uid: 65_534, gid: 65_534 }
  for (const name of [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ])
    chownSync(name, nobody.uid, nobody.gid)
  return nobody
}

const toLine = (command: string): string =>
  `( eval ${singleQuoted(command)}\n_status=$?; wait; exit "$_status" ) </dev/null 2>&1; printf '%s' "$?"; printf '\\036\\035'`
