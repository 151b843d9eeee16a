import { EvidenceManifest } from '@riposte/contract'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ActionFailure, type Evidence, type Job } from '../executor.ts'
import type { UploadFile } from '../host.ts'
import { realHost, type RealHostOptions } from '../testing/real-host.ts'
import { forensicsExecutor, type ForensicParameters } from './collect.ts'
import { linuxItems } from './linux-items.ts'

const actionId = '018f0000-0000-7000-8000-000000000001'
let lab = ''
let identityFile = ''
let recipient = ''
const children: ChildProcess[] = []
const mounts: string[] = []

beforeAll(async () => {
  lab = mkdtempSync(path.join(tmpdir(), 'riposte-forensics-'))
  const identity = await generateX25519Identity()
  recipient = await identityToRecipient(identity)
  identityFile = path.join(lab, 'identity.txt')
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 })
  mkdirSync(path.join(lab, 'root/etc/cron.d'), { recursive: true })
  mkdirSync(path.join(lab, 'root/home/alice'), { recursive: true })
  mkdirSync(path.join(lab, 'root/home/mallory'), { recursive: true })
  writeFileSync(
    path.join(lab, 'root/etc/passwd'),
    'alice:x:1000:1000::/home/alice:/bin/bash\nmallory:x:1001:1001::/home/mallory:/bin/bash\n',
  )
  writeFileSync(
    path.join(lab, 'root/etc/shadow'),
    'alice:$6$salt$secretsecret:19000:0:99999:7:::\nmallory:!:19000::::::\n',
  )
  writeFileSync(path.join(lab, 'root/etc/cron.d/odd\nname ü'), '* * * * * root true\n')
  writeFileSync(path.join(lab, 'root/home/alice/.bash_history'), 'whoami\nuname -a\n')
  // What a hostile user may leave where a history is looked for.
  symlinkSync('/etc/shadow', path.join(lab, 'root/home/mallory/.bash_history'))
  execFileSync('mkfifo', [path.join(lab, 'root/home/mallory/.zsh_history')])
  writeFileSync(path.join(lab, 'root/home/mallory/.python_history'), '')
  truncateSync(path.join(lab, 'root/home/mallory/.python_history'), 1024 ** 4)
})
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const mount of mounts.reverse()) execFileSync('umount', [mount])
  rmSync(lab, { recursive: true, force: true })
})

interface Lab {
  readonly job: Job<ForensicParameters>
  readonly notes: Evidence[]
  readonly progress: string[]
  readonly stateDir: string
  /** Where the upload keeps what came. */
  readonly received: string
  readonly uploads: UploadFile[]
  readonly executor: ReturnType<typeof forensicsExecutor>
}

let labs = 0
function makeLab(
  parameters: Partial<ForensicParameters>,
  more: {
    stateDir?: string
    signal?: AbortSignal
    context?: Record<string, unknown>
    host?: Partial<RealHostOptions>
  } = {},
): Lab {
  labs += 1
  const stateDir = more.stateDir ?? path.join(lab, `state-${labs}`)
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const received = path.join(lab, `received-${labs}`)
  const notes: Evidence[] = []
  const progress: string[] = []
  const uploads: UploadFile[] = []
  const host = realHost({
    stateDir,
    upload: (file) => {
      uploads.push(file)
      copyFileSync(file.path, received)
      expect(statSync(file.path).mode & 0o777).toBe(0o600)
      return Promise.resolve({ evidenceId: 'e1', bytes: file.bytes, sha256: file.sha256 })
    },
    ...more.host,
  })
  return {
    job: {
      actionId,
      parameters: { profile: 'standard', items: [], pids: [], budgetMb: 64, ...parameters },
      context: more.context ?? { collectorKey: recipient, budgetBytes: 64 * 1_048_576 },
      host,
      signal: more.signal ?? new AbortController().signal,
      note: (note) => {
        notes.push(note)
        return Promise.resolve()
      },
      output: (_stream, text) => void progress.push(text),
    },
    notes,
    progress,
    stateDir,
    received,
    uploads,
    executor: forensicsExecutor(linuxItems({ root: path.join(lab, 'root'), proc: '/proc' })),
  }
}

/** With programs of others: `age` decrypts and `tar` unpacks. */
function unpack({ received }: Lab): { folder: string; manifest: EvidenceManifest } {
  const folder = `${received}-unpacked`
  mkdirSync(folder)
  execFileSync('age', ['-d', '-i', identityFile, '-o', `${received}.tar.gz`, received])
  execFileSync('tar', ['-xzf', `${received}.tar.gz`, '-C', folder])
  const manifest = EvidenceManifest.parse(JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')))
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
  for (const item of manifest.items) {
    const whole = createHash('sha256')
    for (const file of item.files) {
      const bytes = readFileSync(path.join(folder, file.path))
      expect([file.path, bytes.length, sha256(bytes)]).toEqual([file.path, file.bytes, file.sha256])
      whole.update(bytes)
    }
    expect(whole.digest('hex')).toBe(item.sha256)
  }
  return { folder, manifest }
}

const statuses = (manifest: EvidenceManifest): Record<string, string> =>
  Object.fromEntries(manifest.items.map(({ id, status }) => [id, status]))
const leftovers = (stateDir: string): string[] =>
  existsSync(path.join(stateDir, 'evidence')) ? readdirSync(path.join(stateDir, 'evidence')) : []

async function failure(work: Promise<unknown>): Promise<ActionFailure> {
  try {
    await work
  } catch (error) {
    if (error instanceof ActionFailure) return error
    throw error
  }
  throw new Error('It did not fail')
}

test('the state of a host arrives encrypted; age and tar open it, and every hash of the manifest holds', async () => {
  const given = makeLab({
    items: ['processes', 'sockets', 'open_files', 'users', 'schedules', 'kernel_modules', 'shell_history', 'packages'],
  })
  const evidence = await given.executor.execute(given.job)
  expect(evidence).toMatchObject({ evidenceId: 'e1', sha256: given.uploads[0]?.sha256 })
  expect(createHash('sha256').update(readFileSync(given.received)).digest('hex')).toBe(evidence['sha256'])
  const { folder, manifest } = unpack(given)
  expect(given.uploads[0]?.manifest).toEqual(manifest)
  expect(readFileSync(path.join(folder, 'shell_history/alice/.bash_history'), 'utf8')).toBe('whoami\nuname -a\n')
  expect(readFileSync(path.join(folder, 'processes/processes.jsonl'), 'utf8')).toContain(`"pid":${process.pid},`)
  expect(readFileSync(path.join(folder, 'schedules/etc/cron.d/odd\nname ü'), 'utf8')).toBe('* * * * * root true\n')
  const shadow = readFileSync(path.join(folder, 'users/etc/shadow-without-hashes'), 'utf8')
  expect(shadow).toContain('alice:$6$(removed):19000')
  expect(shadow).not.toContain('secretsecret')
  expect(leftovers(given.stateDir)).toEqual([])
  expect(given.notes.map((note) => note['step'])).toEqual(['collecting', 'collected', 'stored'])
  expect(given.progress.some((line) => line.startsWith('Process tree: ok'))).toBe(true)
})

test('links, pipes and endless files where a history should be are told of, and nothing hangs or fills the archive', async () => {
  const given = makeLab({ items: ['shell_history'] })
  await given.executor.execute(given.job)
  const { folder, manifest } = unpack(given)
  const [item] = manifest.items
  expect(item?.status).toBe('partial')
  expect(item?.error).toContain('.bash_history cannot be read (it is a link)')
  expect(item?.error).toContain('.zsh_history is no plain file')
  expect(item?.files.find(({ path: own }) => own.endsWith('.python_history'))).toMatchObject({
    bytes: 4 * 1_048_576,
    truncated: true,
  })
  expect(existsSync(path.join(folder, 'shell_history/mallory/.bash_history'))).toBe(false)
})

test("a process's memory is dumped, its secret is in it, and the process lives on", async () => {
  const child = spawn('sh', ['-c', 'export MARK=needle-in-memory-4711; exec sleep 300'])
  children.push(child)
  const pid = child.pid ?? 0
  const deadline = Date.now() + 10_000
  while (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep') && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  const gone = spawn('true')
  await new Promise((resolve) => gone.on('exit', resolve))
  const given = makeLab({ items: ['process_memory'], pids: [pid, gone.pid ?? 0, 2] })
  await given.executor.execute(given.job)
  const { folder, manifest } = unpack(given)
  expect(manifest.items[0]).toMatchObject({ id: 'process_memory', status: 'partial' })
  expect(manifest.items[0]?.error).toContain(`Process ${gone.pid ?? 0} is gone`)
  expect(manifest.items[0]?.error).toContain('Process 2 has no memory of its own')
  expect(readFileSync(path.join(folder, `process_memory/${pid}.core`)).includes('needle-in-memory-4711')).toBe(true)
  expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) [SR] /)
})

test('what this host does not give is unavailable with its reason, and nothing is made up', async () => {
  const refusing = makeLab(
    { items: ['process_memory', 'full_memory', 'registry'], pids: [process.pid] },
    { host: { pid: process.pid } },
  )
  await refusing.executor.execute(refusing.job)
  const { manifest } = unpack(refusing)
  expect(statuses(manifest)).toEqual({ process_memory: 'failed', full_memory: 'unavailable', registry: 'failed' })
  expect(manifest.items[0]?.error).toContain('is the agent')
  expect(manifest.items[1]?.error).toContain('There is no avml on this host')
})

test('a program that may not trace others is told so', async () => {
  const child = spawn('sleep', ['300'])
  children.push(child)
  // The tracer loses the right; nothing of the machine is changed.
  const given = makeLab(
    { items: ['process_memory'], pids: [child.pid ?? 0] },
    {
      host: {
        prefix: [
          'setpriv',
          '--bounding-set',
          '-sys_ptrace,-dac_override',
          '--inh-caps',
          '-all',
          '--reuid',
          'nobody',
          '--clear-groups',
        ],
      },
    },
  )
  await given.executor.execute(given.job)
  const { manifest } = unpack(given)
  expect(manifest.items[0]).toMatchObject({ status: 'failed' })
  expect(manifest.items[0]?.error).toMatch(/was refused: .*(ptrace|not permitted|unable|cannot)/i)
})

test('a budget ends a collection where it is used up, and says so', async () => {
  const given = makeLab({ items: ['shell_history', 'processes'], budgetMb: 1 })
  await given.executor.execute(given.job)
  const { manifest } = unpack(given)
  expect(manifest.bytes).toBeLessThanOrEqual(1_048_576)
  expect(manifest.items[1]?.error).toContain('budget')
  const without = makeLab({ items: ['processes'] }, { context: { collectorKey: recipient, budgetBytes: 0 } })
  expect((await failure(without.executor.execute(without.job))).reason).toBe('precondition_changed')
  expect(leftovers(without.stateDir)).toEqual([])
})

function tmpfs(megabytes: number): string {
  const folder = path.join(lab, `tmpfs-${mounts.length}`)
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'none', folder])
  mounts.push(folder)
  return folder
}

test('a disk that is too full is refused before anything is written, and one that fills up midway leaves nothing', async () => {
  const small = makeLab({ items: ['processes'] }, { stateDir: tmpfs(8) })
  const refused = await failure(small.executor.execute(small.job))
  expect(refused.message).toMatch(/bytes free; a collection needs at least/)
  expect(readdirSync(small.stateDir)).toEqual([])

  const stateDir = tmpfs(48)
  const filler = path.join(stateDir, 'filler')
  const filling = makeLab(
    { items: ['sockets', 'shell_history'] },
    {
      stateDir,
      host: {
        onRun: () => {
          try {
            writeFileSync(filler, Buffer.alloc(48 * 1_048_576))
          } catch {
            // As full as it gets.
          }
        },
      },
    },
  )
  const full = await failure(filling.executor.execute(filling.job))
  expect(full.message).toContain('is full')
  expect(leftovers(stateDir)).toEqual([])
})

test('a collection that is cancelled or out of time leaves nothing', async () => {
  const controller = new AbortController()
  const given = makeLab(
    { items: ['sockets', 'processes'] },
    { signal: controller.signal, host: { onRun: () => controller.abort(new Error('cancelled')) } },
  )
  const ended = await failure(given.executor.execute(given.job))
  expect(ended.reason).toBe('timed_out')
  expect(leftovers(given.stateDir)).toEqual([])
  expect(given.uploads).toEqual([])
})

test('without a key to encrypt to nothing is collected', async () => {
  for (const collectorKey of [undefined, '', 'age1short', 17]) {
    const given = makeLab({ items: ['processes'] }, { context: { collectorKey } })
    expect((await failure(given.executor.execute(given.job))).message).toContain('no collector key')
    expect(readdirSync(given.stateDir)).toEqual([])
  }
})

test('after a crash a whole archive is delivered, and half of one is removed', async () => {
  // The upload never ends: as if the agent had died over it. A copy of the spool stands for what the disk holds.
  const kept = path.join(lab, 'kept')
  const dying = makeLab(
    { items: ['users'] },
    {
      host: {
        upload: (file) => {
          execFileSync('cp', ['-a', path.dirname(file.path), kept])
          return Promise.reject(new Error('died'))
        },
      },
    },
  )
  await expect(dying.executor.execute(dying.job)).rejects.toThrow('died')
  const restore = (given: Lab): string => {
    const folder = path.join(given.stateDir, 'evidence', actionId)
    mkdirSync(path.dirname(folder), { recursive: true })
    execFileSync('cp', ['-a', kept, folder])
    return folder
  }
  const resuming = makeLab({ items: ['users'] })
  restore(resuming)
  const resumed = await resuming.executor.reconcile(resuming.job, dying.notes)
  expect(resumed).toMatchObject({ state: 'applied', evidence: { evidenceId: 'e1' } })
  unpack(resuming)
  expect(leftovers(resuming.stateDir)).toEqual([])

  const broken = makeLab({ items: ['users'] })
  const folder = restore(broken)
  truncateSync(path.join(folder, 'archive.tar.gz.age'), 100)
  expect(await broken.executor.reconcile(broken.job, dying.notes)).toMatchObject({ state: 'not_applied' })
  expect(leftovers(broken.stateDir)).toEqual([])
  expect(await broken.executor.reconcile(broken.job, [{ step: 'stored', evidence: { evidenceId: 'e9' } }])).toEqual({
    state: 'applied',
    evidence: { evidenceId: 'e9' },
  })
})
