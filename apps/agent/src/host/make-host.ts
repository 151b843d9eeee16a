import { setTimeout as delay } from 'node:timers/promises'
import type { ControlPlane, Host, HostPolicy } from '@riposte/actions'
import { openEnvelope, type DeviceChannel } from '@riposte/uplink/device'
import { runProgram } from './run-program.ts'

export interface HostParts {
  readonly platform: 'linux' | 'windows'
  readonly stateDir: string
  readonly evidenceBudget: number
  readonly channel: DeviceChannel
  readonly upload: ControlPlane['upload']
  /** Of the programs that are run; a plain one unless told. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The port through which executors see this machine. */
export function makeHost({ platform, stateDir, evidenceBudget, channel, upload, environment }: HostParts): Host {
  return {
    platform,
    stateDir,
    pid: process.pid,
    now: () => channel.now(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
    },
    run: (file, args, options) => runProgram(file, args, options, environment),
    controlPlane: {
      addresses: () => channel.addresses().map(({ address, port }) => ({ address, port })),
      roundTrip: (timeoutMs) => channel.roundTrip(timeoutMs),
      readSigned: (envelope, payloadType) => {
        const opened = openEnvelope(envelope, channel.keys(), payloadType)
        if (opened.is === 'refused') throw new Error(opened.why)
        return opened.payload
      },
      upload,
    },
    policy: (): HostPolicy => ({ ...channel.policy(), evidenceBudget }),
  }
}
