import * as z from 'zod'
import { refusedAllowance } from '../address/protected-address.ts'
import { defineAction } from '../define.ts'

export const isolateDevice = defineAction({
  id: 'isolate_device',
  title: 'Isolate device',
  verb: 'Isolate',
  summary: 'Cuts all network access but the channel to the control plane.',
  parameters: z.strictObject({
    /** IP addresses or networks in CIDR notation that stay reachable. */
    allow: z.array(z.string().trim().min(2).max(64)).max(32).default([]).meta({ title: 'Stays reachable' }),
    /** Minutes after which it ends by itself; null: until somebody ends it. */
    durationMinutes: z.int().min(1).max(43_200).nullable().default(null).meta({ title: 'Ends after (minutes)' }),
  }),
  destructive: true,
  release: false,
  targets: 'device',
  lane: 'containment',
  ttlMinutes: 4_320,
  timeoutS: 60,
  containment: true,
  undo: { type: 'unisolate_device', words: 'Unisolate gives the network back.' },
  verification: 'A forbidden connection fails, and the control plane still answers.',
  effects: [
    'Every connection of the device but the one to the control plane dies at once.',
    'Its users lose the network; containers and virtual machines on it too.',
    'Should the control plane not be reachable under isolation, the device takes it back by itself.',
  ],
  sentence: ({ durationMinutes }, target) =>
    `Isolate ${target} from the network${durationMinutes === null ? '' : ` for ${durationMinutes} minutes`}`,
  subject: () => 'network',
  refuse: ({ allow }) => refusedAllowance(allow),
  undoParameters: ({ responseId }) => ({ isolation: responseId }),
})
