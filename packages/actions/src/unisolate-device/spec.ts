import * as z from 'zod'
import { defineAction } from '../define.ts'

export const unisolateDevice = defineAction({
  id: 'unisolate_device',
  title: 'Unisolate device',
  verb: 'Unisolate',
  summary: 'Gives an isolated device its network back.',
  parameters: z.strictObject({
    /** The response whose isolation ends; null: every isolation of the device. While another one holds, the device stays isolated. */
    isolation: z.uuid().nullable().default(null).meta({ title: 'Isolation' }),
  }),
  destructive: false,
  release: true,
  targets: 'device',
  lane: 'containment',
  ttlMinutes: 1_440,
  timeoutS: 60,
  containment: false,
  undo: { type: 'isolate_device', words: 'Isolate again.' },
  verification: "Riposte's firewall table is gone and the network works, or another isolation holds.",
  effects: ['Whatever made you isolate the device reaches the network again.'],
  sentence: (_, target) => `Give ${target} its network back`,
  subject: () => 'network',
  undoParameters: () => ({}),
})
