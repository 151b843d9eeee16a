import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ConfigSnapshot, IncidentReport } from '@riposte/contract'
import { createUplink } from '../create-uplink.ts'
import type { Timings } from '../timings.ts'
import { defaultTimings } from '../timings.ts'
import type { SelfDescription, Uplink, UplinkOptions } from '../uplink.ts'

export const quick: Timings = {
  ...defaultTimings,
  coalesceMs: 5,
  requestMs: 1_000,
  streamSilenceMs: 600,
  stableMs: 300,
  backoffFirstMs: 20,
  backoffMostMs: 150,
  refusedMs: 150,
  fsyncMs: 20,
  touchMs: 100,
  abandonedMs: 400,
}

export const describeSelf = (): SelfDescription => ({
  instanceId: '0190f5f0-0000-7000-8000-000000000001' as SelfDescription['instanceId'],
  startedAt: '2026-01-01T00:00:00.000Z',
  app: { name: 'shop', version: '1.2.3' },
  environment: 'production',
  sdkVersion: '0.1.0',
  nodeVersion: process.version,
  hostname: 'test',
  pid: process.pid,
  hooks: [],
  warnings: [],
  counters: {},
})

export function incident(change: Partial<IncidentReport> = {}): IncidentReport {
  return {
    id: randomUUID() as IncidentReport['id'],
    at: '2026-01-01T00:00:00.000Z',
    count: 1,
    protection: 'SqlInjection',
    severity: 'critical',
    confidence: 0.9,
    environment: 'production',
    appVersion: null,
    reason: 'a test',
    outcome: {
      actions: ['block'],
      wouldHave: [],
      decidedBy: { source: 'default', ruleIds: [], revision: null },
      shadowRuleIds: [],
    },
    request: null,
    input: null,
    operation: { kind: 'sql', dialect: 'postgresql', text: 'select 1', span: null },
    stack: [],
    metadata: {},
    ...change,
  }
}

export interface LogLine {
  readonly level: string
  readonly message: string
}

export interface TestUplink {
  readonly uplink: Uplink
  readonly applied: ConfigSnapshot[]
  readonly logged: LogLine[]
}

/** An uplink with short waits that remembers what it applied and logged. */
export function testUplink(options: Partial<UplinkOptions>, timings: Partial<Timings> = {}): TestUplink {
  const applied: ConfigSnapshot[] = []
  const logged: LogLine[] = []
  const uplink = createUplink(
    {
      controlPlane: null,
      dataDir: null,
      instanceId: describeSelf().instanceId,
      describe: describeSelf,
      apply: (snapshot) => void applied.push(snapshot),
      log: (level, message) => void logged.push({ level, message }),
      ...options,
    },
    { ...quick, ...timings },
  )
  return { uplink, applied, logged }
}

const folders: string[] = []

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-uplink-'))
  folders.push(folder)
  return folder
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Polls until it is true. @throws with what it waited for. */
export async function until(what: string, isTrue: () => boolean, deadlineMs = 8_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
