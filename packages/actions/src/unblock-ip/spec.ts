import * as z from 'zod'
import { canonicalNetwork, parseNetwork } from '../address/parse-address.ts'
import { defineAction } from '../define.ts'

export const unblockIp = defineAction({
  id: 'unblock_ip',
  title: 'Unblock IP',
  verb: 'Unblock an address on',
  summary: 'Takes an address out of the block list of the device.',
  parameters: z.strictObject({
    address: z.string().trim().min(2).max(64).meta({ title: 'Address or network' }),
    /** The response whose block ends; null: every block of exactly that address or network. */
    block: z.uuid().nullable().default(null).meta({ title: 'Block' }),
  }),
  destructive: false,
  release: true,
  targets: 'device',
  lane: 'containment',
  ttlMinutes: 1_440,
  timeoutS: 60,
  containment: false,
  undo: { type: 'block_ip', words: 'Block it again.' },
  verification: 'The address is in no set, or another block holds it.',
  effects: ['The address can reach the device again, and the device it.'],
  sentence: ({ address }, target) => `Unblock ${address} on ${target}`,
  subject: ({ address }) => `address:${canonicalNetwork(address)}`,
  refuse: ({ address }) => {
    const parsed = parseNetwork(address)
    return parsed.kind === 'network' ? null : { code: 'parameters_invalid', path: 'address', message: parsed.message }
  },
  undoParameters: ({ parameters }) => ({ address: parameters.address }),
})
