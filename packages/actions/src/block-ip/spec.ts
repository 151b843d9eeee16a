import * as z from 'zod'
import { canonicalNetwork } from '../address/parse-address.ts'
import { protectedAddress } from '../address/protected-address.ts'
import { defineAction } from '../define.ts'

export const blockIp = defineAction({
  id: 'block_ip',
  title: 'Block IP',
  verb: 'Block an address on',
  summary: "Blocks an address or network in the device's firewall.",
  parameters: z.strictObject({
    /** An IPv4 or IPv6 address, or a network in CIDR notation. */
    address: z.string().trim().min(2).max(64).meta({ title: 'Address or network' }),
    direction: z.enum(['both', 'out', 'in']).default('both').meta({ title: 'Direction' }),
    durationMinutes: z.int().min(1).max(43_200).nullable().default(1_440).meta({ title: 'Ends after (minutes)' }),
  }),
  destructive: false,
  release: false,
  targets: 'device',
  lane: 'containment',
  ttlMinutes: 1_440,
  timeoutS: 60,
  containment: true,
  undo: { type: 'unblock_ip', words: 'Unblock takes the address out again.' },
  verification: 'The address is in the firewall set and the rule counts.',
  effects: ['Connections with that address die at once.'],
  sentence: ({ address, direction, durationMinutes }, target) =>
    `Block ${address}${direction === 'both' ? '' : direction === 'out' ? ' outbound' : ' inbound'} on ${target}${durationMinutes === null ? '' : ` for ${durationMinutes} minutes`}`,
  subject: ({ address }) => `address:${canonicalNetwork(address)}`,
  refuse: ({ address }, facts) => protectedAddress(address, facts),
  undoParameters: ({ responseId, parameters }) => ({ address: parameters.address, block: responseId }),
})
