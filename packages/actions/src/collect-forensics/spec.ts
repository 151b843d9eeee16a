import * as z from 'zod'
import { defineAction } from '../define.ts'

export const forensicItems = [
  'processes',
  'sockets',
  'open_files',
  'logs',
  'users',
  'schedules',
  'units',
  'kernel_modules',
  'packages',
  'shell_history',
  'recent_executions',
  'etc_changes',
  'process_memory',
  'full_memory',
  'event_logs',
  'prefetch',
  'registry',
] as const

export const collectForensics = defineAction({
  id: 'collect_forensics',
  title: 'Collect forensics',
  verb: 'Collect forensics from',
  summary: 'Gathers memory, logs and the state of the host into one encrypted archive.',
  parameters: z.strictObject({
    /** quick: state only. standard: with logs and histories. full: with memory. */
    profile: z.enum(['quick', 'standard', 'full']).default('standard').meta({ title: 'Profile' }),
    /** Instead of a profile. */
    items: z.array(z.enum(forensicItems)).max(forensicItems.length).default([]).meta({ title: 'Items' }),
    /** Whose memory is dumped. */
    pids: z.array(z.int().min(2).max(4_194_304)).max(16).default([]).meta({ title: 'Memory of processes' }),
    budgetMb: z.int().min(1).max(65_536).default(512).meta({ title: 'At most (MB)' }),
  }),
  destructive: false,
  release: false,
  targets: 'device',
  lane: 'collection',
  ttlMinutes: 1_440,
  timeoutS: 3_600,
  containment: false,
  undo: { type: null, words: 'Delete the evidence; the custody log keeps that it was there.' },
  verification: 'The stored archive still has the hash that its manifest says.',
  effects: [
    'Memory and logs may hold personal data and secrets.',
    'The archive takes disk space on the host until it is sent.',
  ],
  sentence: ({ profile, items, pids }, target) =>
    `Collect forensics (${items.length > 0 ? items.join(', ') : profile}${pids.length > 0 ? `, memory of ${pids.join(', ')}` : ''}) from ${target}`,
  subject: ({ profile, items, pids }) =>
    `forensics:${items.length > 0 ? [...items].sort().join('+') : profile}:${pids.join('+')}`,
})
