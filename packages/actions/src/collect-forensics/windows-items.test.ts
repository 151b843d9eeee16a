import { EvidenceManifest } from '@riposte/contract'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { forensicsExecutor } from './collect.ts'
import { windowsItems } from './windows-items.ts'

const stateDir = mkdtempSync(path.join(tmpdir(), 'riposte-windows-'))
afterAll(() => rmSync(stateDir, { recursive: true, force: true }))

/** What each program is asked, and what it does: recorded contracts, since no Windows is at hand. */
test('Windows is asked by its own programs, without a shell, and what they write arrives', async () => {
  const asked: string[] = []
  let archive: Buffer = Buffer.alloc(0)
  const host: Host = {
    platform: 'windows',
    now: Date.now,
    sleep: () => Promise.resolve(),
    stateDir,
    pid: 4,
    run: (file, args) => {
      asked.push([file, ...args.map((argument) => (argument.startsWith(stateDir) ? '<file>' : argument))].join(' '))
      const target = args.find((argument) => argument.startsWith(stateDir))
      const denied = args.includes('Security')
      if (target !== undefined && !denied) writeFileSync(target, `${file} wrote this`)
      return Promise.resolve({
        code: denied ? 5 : 0,
        stdout: target === undefined ? `${file} said this` : '',
        stderr: denied ? 'Access is denied.' : '',
        timedOut: false,
      })
    },
    controlPlane: {
      addresses: () => [],
      roundTrip: () => Promise.resolve(true),
      readSigned: () => null,
      upload: (file) => {
        archive = readFileSync(file.path)
        return Promise.resolve({ evidenceId: 'e', bytes: file.bytes, sha256: file.sha256 })
      },
    },
    policy: () => ({ neverBlock: [], protectedProcesses: [], isolationAllow: [], evidenceBudget: 1e9 }),
  }
  const identity = await generateX25519Identity()
  await forensicsExecutor(windowsItems).execute({
    actionId: '018f0000-0000-7000-8000-000000000002',
    parameters: { profile: 'standard', items: [], pids: [], budgetMb: 8 },
    context: { collectorKey: await identityToRecipient(identity) },
    host,
    signal: new AbortController().signal,
    note: () => Promise.resolve(),
    output: () => undefined,
  })
  expect(asked).toContain('wevtutil.exe epl Security <file> /ow:true')
  expect(asked).toContain('schtasks.exe /query /fo csv /v')
  expect(asked).toContain('quser.exe')
  expect(asked).toContain('reg.exe export HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run <file> /y')
  expect(asked).toContain('netstat.exe -ano')
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const tar = gunzipSync(await decrypter.decrypt(archive)).toString('latin1')
  expect(tar).toContain('wevtutil.exe wrote this')
  const manifest = EvidenceManifest.parse(JSON.parse(tar.slice(tar.indexOf('{"version"'), tar.lastIndexOf('}') + 1)))
  const statusOf = (id: string) => manifest.items.find((item) => item.id === id)?.status
  expect([statusOf('processes'), statusOf('event_logs'), statusOf('prefetch')]).toEqual([
    'ok',
    'partial',
    'unavailable',
  ])
  expect(manifest.items.find((item) => item.id === 'event_logs')?.error).toContain('Access is denied')
})
