import { createUplink } from '../index.ts'
import { describeSelf, incident, quick } from './fixture.ts'

/** A program for tests to kill. Its orders come as JSON in the first argument. */
export interface Orders {
  readonly controlPlane: { readonly url: string; readonly projectToken: string } | null
  readonly dataDir: string
  /** Ids of the incidents to report. */
  readonly report: readonly string[]
  readonly bytesEach?: number
  /** die: SIGKILL in the same tick. wait: until killed. end: nothing more to do. drain: stop in good order. */
  readonly then: 'die' | 'wait' | 'end' | 'drain'
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders
const uplink = createUplink(
  {
    controlPlane: orders.controlPlane,
    dataDir: orders.dataDir,
    instanceId: describeSelf().instanceId,
    describe: describeSelf,
    apply: () => undefined,
    log: (level, message) => process.stderr.write(`${level} ${message}\n`),
  },
  quick,
)
uplink.start()
for (const id of orders.report) uplink.report(incident({ id: id as never, stack: ['x'.repeat(orders.bytesEach ?? 0)] }))
process.stdout.write(JSON.stringify(uplink.status().spool) + '\n')
switch (orders.then) {
  case 'die':
    process.kill(process.pid, 'SIGKILL')
    break
  case 'wait':
    setInterval(() => undefined, 1_000)
    break
  case 'drain':
    await uplink.stop(5_000)
    break
  case 'end':
}
