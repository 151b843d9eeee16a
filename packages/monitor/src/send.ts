import { createUplink } from '@riposte/uplink'
import { orderVariable, type SendOrder } from './respond/close.ts'
import { readEnvironment } from './config/env.ts'

const longestMs = 10_000

/** Sends what a process that was closed has left in its spool, and ends. */
async function send(order: SendOrder): Promise<void> {
  const deadline = Date.now() + longestMs
  while (isAlive(order.after) && Date.now() < deadline) await later(5)
  const uplink = createUplink({
    controlPlane: order.controlPlane,
    dataDir: order.dataDir,
    instanceId: order.self.instanceId,
    describe: () => order.self,
    apply: () => undefined,
    log: () => undefined,
  })
  uplink.start()
  const hold = setInterval(() => undefined, 1_000)
  while (uplink.status().spool.waiting > 0 && Date.now() < deadline) await later(20)
  clearInterval(hold)
  await uplink.stop(1_000)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const order = readEnvironment()[orderVariable]
if (order !== undefined) void send(JSON.parse(order) as SendOrder).finally(() => process.exit(0))
