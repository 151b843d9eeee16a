import * as z from 'zod'
import { defineAction } from '../define.ts'

/** A process beyond its number, which the kernel gives to others later. */
export const ProcessIdentity = z.strictObject({
  bootId: z.uuid(),
  /** Clock ticks since boot, field 22 of /proc/PID/stat, as text. */
  startTime: z.string().regex(/^\d{1,20}$/),
  /** Of the executable's bytes; null where they cannot be read. */
  exeSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
})

export const killProcess = defineAction({
  id: 'kill_process',
  title: 'Kill process',
  verb: 'Kill process on',
  summary: 'Ends a running process, if it is still the one that was meant.',
  parameters: z.strictObject({
    pid: z.int().min(1).max(4_194_304).meta({ title: 'Process id' }),
    /** Filled in by the server from the live host when it is left out. */
    identity: ProcessIdentity.nullable().default(null).meta({ title: 'Identity' }),
    /** What the host calls it, for the people who read; filled in by the server and by nobody else. */
    program: z.string().max(64).nullable().default(null).meta({ title: 'Program', readOnly: true }),
    tree: z.boolean().default(false).meta({ title: 'Its children too' }),
  }),
  destructive: false,
  release: false,
  targets: 'device',
  lane: 'process',
  ttlMinutes: 5,
  timeoutS: 30,
  containment: false,
  undo: { type: null, words: 'A killed process cannot be brought back; start its service again.' },
  verification: 'The process is still gone; a new one from the same executable is reported.',
  effects: ['What the process had not saved is lost.', 'A service manager may start it again: that is reported.'],
  sentence: ({ pid, program, tree }, target) =>
    `Kill process ${pid}${program === null ? '' : ` (${program})`}${tree ? ' and its children' : ''} on ${target}`,
  subject: ({ pid }) => `process:${pid}`,
  refuse: ({ pid }, facts) => {
    if (pid === 1)
      return {
        code: 'protected_target',
        path: 'pid',
        message: 'Process 1 keeps the host running; choose the process that it started.',
      }
    if (pid === facts.agentPid) return { code: 'protected_target', path: 'pid', message: 'That is the agent itself.' }
    return null
  },
})
