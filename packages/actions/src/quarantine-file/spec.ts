import * as z from 'zod'
import { defineAction } from '../define.ts'
import { pathProblem } from '../files/absolute-path.ts'

export const quarantineFile = defineAction({
  id: 'quarantine_file',
  title: 'Quarantine file',
  verb: 'Quarantine a file on',
  summary: 'Moves a file into a vault where it cannot run, whole and restorable.',
  parameters: z.strictObject({
    path: z.string().min(2).max(4_096).meta({ title: 'Path' }),
    /** What it must be; another content is left alone. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex')
      .nullable()
      .default(null)
      .meta({ title: 'SHA-256' }),
    killRunning: z.boolean().default(false).meta({ title: 'Kill what runs from it' }),
  }),
  destructive: true,
  release: false,
  targets: 'device',
  lane: 'files',
  ttlMinutes: 1_440,
  timeoutS: 900,
  containment: true,
  undo: { type: 'restore_file', words: 'Restore puts the file back as it was.' },
  verification: 'Nothing is at the path, and the copy in the vault is whole and cannot run.',
  effects: ['Programs that need the file stop working until it is restored.', 'Copies and hard links elsewhere stay.'],
  sentence: ({ path, killRunning }, target) =>
    `Quarantine ${JSON.stringify(path)} on ${target}${killRunning ? ' and kill what runs from it' : ''}`,
  subject: ({ path }) => `file:${path}`,
  refuse: ({ path }) => {
    const problem = pathProblem(path)
    return problem === null ? null : { ...problem, path: 'path' }
  },
  undoParameters: ({ responseId }) => ({ quarantine: responseId }),
})
