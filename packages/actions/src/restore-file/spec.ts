import * as z from 'zod'
import { defineAction } from '../define.ts'

export const restoreFile = defineAction({
  id: 'restore_file',
  title: 'Restore file',
  verb: 'Restore a file on',
  summary: 'Puts a quarantined file back, identical in bytes and metadata.',
  parameters: z.strictObject({
    /** The response that quarantined it. */
    quarantine: z.uuid().meta({ title: 'Quarantined by' }),
  }),
  destructive: false,
  release: true,
  targets: 'device',
  lane: 'files',
  ttlMinutes: 1_440,
  timeoutS: 900,
  containment: false,
  undo: { type: null, words: 'Quarantine the file again.' },
  verification: 'The file is at its path with the bytes and metadata that were recorded.',
  effects: ['The file can be opened and run again.'],
  sentence: ({ quarantine }, target) => `Restore the file of quarantine ${quarantine.slice(0, 8)} on ${target}`,
  subject: ({ quarantine }) => `quarantine:${quarantine}`,
})
