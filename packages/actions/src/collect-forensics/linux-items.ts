import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { ProgramMissing } from '../host.ts'
import type { ForensicItem } from './collect.ts'
import { Unavailable, type ItemWriter } from './item-writer.ts'
import { fullMemory, processMemory } from './linux-memory.ts'
import { drawTree, readProcess, type ProcessRow } from './process-tree.ts'
import { listFiles, readOr } from './walk-host.ts'

/** Where the host's files lie; other roots are for tests. */
export interface LinuxPaths {
  readonly root: string
  readonly proc: string
}

const mebibyte = 1_048_576
const mostRows = 200_000
const isPid = (name: string): boolean => /^\d+$/.test(name)

/** The first program of these that is there. @throws ProgramMissing of the last */
async function firstOf(item: ItemWriter, tries: readonly (() => Promise<void>)[], absent: string): Promise<void> {
  for (const attempt of tries) {
    try {
      await attempt()
      return
    } catch (error) {
      if (!(error instanceof ProgramMissing)) throw error
    }
  }
  item.problem(absent)
}

async function optionalCommand(
  item: ItemWriter,
  name: string,
  file: string,
  args: readonly string[],
  timeoutMs = 30_000,
): Promise<void> {
  try {
    await item.command(name, file, args, { timeoutMs })
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error
  }
}

async function homes(root: string): Promise<{ user: string; home: string }[]> {
  const passwd = await readOr(path.join(root, 'etc/passwd'), '')
  const found = new Map<string, string>()
  for (const line of passwd.split('\n')) {
    const [user = '', , , , , home = ''] = line.split(':')
    if (user !== '' && home.startsWith('/') && home !== '/' && !found.has(home)) found.set(home, user)
  }
  return [...found].map(([home, user]) => ({ user, home }))
}

const histories = [
  '.bash_history',
  '.zsh_history',
  '.zhistory',
  '.ash_history',
  '.ksh_history',
  '.local/share/fish/fish_history',
  '.python_history',
  '.mysql_history',
  '.psql_history',
  '.sqlite_history',
  '.node_repl_history',
  '.lesshst',
  '.viminfo',
]
const logFiles = [
  'auth.log',
  'secure',
  'syslog',
  'messages',
  'kern.log',
  'daemon.log',
  'cron',
  'cron.log',
  'boot.log',
  'fail2ban.log',
  'audit/audit.log',
]

/** Hashes of passwords are no evidence: only how each is made is kept. */
export const withoutHashes = (shadow: string): string =>
  shadow
    .split('\n')
    .map((line) => {
      const [user, hash = '', ...rest] = line.split(':')
      if (rest.length === 0) return line === '' ? '' : `${user ?? ''}:?`
      const kind = /^!*\*?$/.test(hash)
        ? hash || '(empty)'
        : `${/^!*/.exec(hash)?.[0] ?? ''}${/\$\w{1,8}\$/.exec(hash)?.[0] ?? ''}(removed)`
      return [user, kind, ...rest].join(':')
    })
    .join('\n')

async function addFolder(item: ItemWriter, paths: LinuxPaths, folder: string, limit = mebibyte): Promise<void> {
  for (const file of await listFiles(path.join(paths.root, folder), { most: 500, depth: 6 }))
    if (file.kind === 'file')
      await item.file(`${folder}/${file.name}`, file.path, { limit, keep: 'head', optional: true })
}

/** Everything that can be collected on Linux, in the order in which it is: what changes soonest comes first. */
export function linuxItems(paths: LinuxPaths): readonly ForensicItem[] {
  const { root, proc } = paths
  const at = (file: string): string => path.join(root, file)
  const add = (item: ItemWriter, file: string, limit?: number): Promise<boolean> =>
    item.file(file, at(file), { optional: true, ...(limit === undefined ? {} : { limit }) })
  return [
    {
      id: 'process_memory',
      title: 'Memory of processes',
      profile: 'full',
      collect: (item, { pids }) => processMemory(item, proc, pids),
    },
    {
      id: 'processes',
      title: 'Process tree',
      profile: 'quick',
      collect: async (item) => {
        const rows: ProcessRow[] = []
        for (const pid of (await readdir(proc)).filter(isPid)) {
          const row = await readProcess(proc, pid)
          if (row) rows.push(row)
        }
        await item.lines('processes.jsonl', rows, proc)
        await item.content('tree.txt', Buffer.from(drawTree(rows)), { source: proc, truncated: false })
      },
    },
    {
      id: 'sockets',
      title: 'Sockets',
      profile: 'quick',
      collect: async (item) => {
        await optionalCommand(item, 'ss.txt', 'ss', ['-tuanpeo'])
        for (const table of ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6', 'unix', 'packet', 'route', 'arp'])
          await item.file(`net/${table}`, path.join(proc, 'self/net', table), { optional: true, keep: 'head' })
      },
    },
    {
      id: 'open_files',
      title: 'Open files',
      profile: 'quick',
      collect: async (item) => {
        const rows: unknown[] = []
        for (const pid of (await readdir(proc)).filter(isPid)) {
          const folder = path.join(proc, pid, 'fd')
          for (const fd of await readdir(folder).catch(() => [])) {
            if (rows.length >= mostRows) break
            const target = await readlink(path.join(folder, fd)).catch(() => null)
            if (target !== null) rows.push({ pid: Number(pid), fd: Number(fd), target })
          }
        }
        if (rows.length >= mostRows) item.problem(`Only the first ${mostRows} were taken`)
        await item.lines('open-files.jsonl', rows, `${proc}/*/fd`)
      },
    },
    {
      id: 'kernel_modules',
      title: 'Kernel modules',
      profile: 'quick',
      collect: async (item) => {
        if (!(await item.file('modules', path.join(proc, 'modules'), { keep: 'head', optional: true })))
          throw new Unavailable('This kernel takes no modules')
        await item.file('tainted', path.join(proc, 'sys/kernel/tainted'), { keep: 'head', optional: true })
        await item.file('cmdline', path.join(proc, 'cmdline'), { keep: 'head', optional: true })
      },
    },
    {
      id: 'users',
      title: 'Users, groups and who may become root',
      profile: 'quick',
      collect: async (item) => {
        for (const file of ['etc/passwd', 'etc/group', 'etc/sudoers', 'etc/login.defs', 'etc/ssh/sshd_config'])
          await add(item, file)
        const shadow = await readFile(at('etc/shadow'), 'utf8').catch(() => null)
        if (shadow !== null)
          await item.content('etc/shadow-without-hashes', Buffer.from(withoutHashes(shadow)), {
            source: at('etc/shadow'),
            truncated: false,
          })
        await addFolder(item, paths, 'etc/sudoers.d')
        for (const { user, home } of await homes(root))
          for (const keys of ['authorized_keys', 'authorized_keys2'])
            await item.file(`authorized_keys/${user}/${keys}`, at(path.join(home, '.ssh', keys)), { optional: true })
        await optionalCommand(item, 'who.txt', 'who', ['-a'])
      },
    },
    {
      id: 'schedules',
      title: 'Cron jobs and timers',
      profile: 'quick',
      collect: async (item) => {
        await add(item, 'etc/crontab')
        await add(item, 'etc/anacrontab')
        for (const folder of [
          'etc/cron.d',
          'etc/cron.hourly',
          'etc/cron.daily',
          'etc/cron.weekly',
          'etc/cron.monthly',
          'var/spool/cron',
          'var/spool/at',
        ])
          await addFolder(item, paths, folder)
        await optionalCommand(item, 'timers.txt', 'systemctl', ['list-timers', '--all', '--no-pager', '--full'])
      },
    },
    {
      id: 'units',
      title: 'Services',
      profile: 'quick',
      collect: async (item) => {
        await optionalCommand(item, 'units.txt', 'systemctl', [
          'list-units',
          '--all',
          '--no-pager',
          '--full',
          '--plain',
        ])
        await optionalCommand(item, 'unit-files.txt', 'systemctl', ['list-unit-files', '--no-pager', '--full'])
        await addFolder(item, paths, 'etc/systemd/system')
        await addFolder(item, paths, 'etc/init.d')
      },
    },
    {
      id: 'packages',
      title: 'Packages',
      profile: 'standard',
      collect: (item) =>
        firstOf(
          item,
          [
            () =>
              item.command('dpkg.txt', 'dpkg-query', [
                '-W',
                '-f',
                '${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\n',
              ]),
            () => item.command('rpm.txt', 'rpm', ['-qa', '--last'], { timeoutMs: 120_000 }),
            () => item.command('apk.txt', 'apk', ['info', '-v']),
          ],
          'No package manager that is known here (dpkg, rpm, apk)',
        ),
    },
    {
      id: 'logs',
      title: 'Logs',
      profile: 'standard',
      collect: async (item) => {
        const journal = ['--no-pager', '--quiet', '-o', 'short-iso-precise', '--since', '-7d', '-n', '50000']
        try {
          await item.command('journal.txt', 'journalctl', journal, { limit: 16 * mebibyte, timeoutMs: 120_000 })
        } catch (error) {
          if (!(error instanceof ProgramMissing)) throw error
        }
        for (const log of logFiles)
          for (const name of [log, `${log}.1`]) await add(item, `var/log/${name}`, 16 * mebibyte)
      },
    },
    {
      id: 'shell_history',
      title: 'Shell histories',
      profile: 'standard',
      collect: async (item) => {
        for (const { user, home } of await homes(root))
          for (const history of histories)
            await item.file(`${user}/${history}`, at(path.join(home, history)), { optional: true, limit: 4 * mebibyte })
      },
    },
    {
      id: 'recent_executions',
      title: 'Recent sign-ins and executions',
      profile: 'standard',
      collect: async (item) => {
        for (const file of [
          'var/log/wtmp',
          'var/log/btmp',
          'var/run/utmp',
          'var/log/account/pacct',
          'var/account/pacct',
        ])
          await add(item, file)
        await optionalCommand(item, 'last.txt', 'last', ['-F', '-w', '-n', '5000'])
        await optionalCommand(item, 'lastlog.txt', 'lastlog', [])
        await optionalCommand(item, 'lastcomm.txt', 'lastcomm', [])
      },
    },
    {
      id: 'etc_changes',
      title: 'Changes of /etc',
      profile: 'standard',
      collect: async (item) => {
        const files = await listFiles(at('etc'), { most: 20_000, depth: 16, owners: true })
        await item.lines(
          'etc-times.jsonl',
          [...files].sort((a, b) => (b.changed ?? '').localeCompare(a.changed ?? '')),
          at('etc'),
        )
        await firstOf(
          item,
          [
            () => item.command('dpkg-verify.txt', 'dpkg', ['--verify'], { timeoutMs: 300_000 }),
            () => item.command('rpm-verify.txt', 'rpm', ['-Va', '--nofiledigest'], { timeoutMs: 300_000 }),
          ],
          'No package manager tells what was changed',
        )
      },
    },
    { id: 'full_memory', title: 'Full memory', profile: 'full', collect: (item) => fullMemory(item, proc) },
  ]
}
