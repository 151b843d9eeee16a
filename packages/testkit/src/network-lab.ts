import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const script = fileURLToPath(new URL('network-lab-node.mjs', import.meta.url))

export type Family = 4 | 6
/** `inner` lives behind the host, which forwards for it, as for a container. */
export const places = ['router', 'host', 'attacker', 'control', 'inner'] as const
export type Place = (typeof places)[number]

export interface Connection {
  /** Sends a line. @returns whether an answer came, and whether the connection has ended */
  ask(ms?: number): Promise<{ readonly answered: boolean; readonly ended: boolean }>
  /** Sends a byte and waits for the end. */
  diesWithin(ms: number): Promise<boolean>
  /** Waits for the end without touching it. */
  endsWithin(ms: number): Promise<boolean>
  close(): void
}
export interface LabDialled {
  readonly outcome: 'open' | 'refused' | 'unreachable' | 'silent'
  readonly connection: Connection | null
}

export interface LabNode {
  readonly namespace: string
  /** Put before a program, runs it there. */
  readonly prefix: readonly string[]
  readonly address: (family: Family) => string
  /** Runs a program there. @throws when it fails */
  run(program: string, ...args: readonly string[]): Promise<string>
  /** Loads firewall rules there. */
  nft(rules: string): Promise<void>
  /** Answers every line over TCP. */
  listen(address: string, port: number): Promise<void>
  listenUdp(address: string, port: number): Promise<void>
  askUdp(address: string, port: number, options?: { readonly from?: number; readonly ms?: number }): Promise<boolean>
  dial(address: string, port: number, timeoutMs?: number): Promise<LabDialled>
}

export type NetworkLab = { readonly [Name in Place]: LabNode } & { close(): Promise<void> }

const net4 = { host: '10.77.1', attacker: '10.77.2', control: '10.77.3', inner: '10.77.4' } as const
const net6 = { host: 'fd77:1:', attacker: 'fd77:2:', control: 'fd77:3:', inner: 'fd77:4:' } as const

const ip = async (...args: readonly string[]): Promise<string> => (await exec('ip', args, { timeout: 10_000 })).stdout

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Labs of test runs that were killed stay behind; the name tells whose they are. */
const sweep = async (): Promise<void> => {
  for (const line of (await ip('netns', 'list')).split('\n')) {
    const [, pid] = /^rp-lab-([0-9]+)-/.exec(line) ?? []
    const [name = ''] = line.split(' ')
    if (pid !== undefined && !alive(Number(pid))) await ip('netns', 'del', name).catch(() => undefined)
  }
}

interface Talker {
  ask(operation: string, parameters: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>
  readonly child: ChildProcess
}

const talkTo = (namespace: string): Talker => {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = new Map<
    number,
    { resolve: (value: Record<string, unknown>) => void; reject: (error: Error) => void }
  >()
  let ids = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; result?: Record<string, unknown>; error?: string }
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.result === undefined) asked?.reject(new Error(answer.error))
    else asked?.resolve(answer.result)
  })
  child.stdin.on('error', () => undefined)
  return {
    child,
    ask: (operation, parameters) =>
      new Promise((resolve, reject) => {
        const id = ++ids
        waiting.set(id, { resolve, reject })
        child.stdin.write(`${JSON.stringify({ ...parameters, id, operation })}\n`)
      }),
  }
}

const nodeOf = (place: Place, namespace: string, talker: Talker): LabNode => {
  const prefix = ['ip', 'netns', 'exec', namespace]
  const run = async (program: string, ...args: readonly string[]): Promise<string> =>
    (await exec('ip', [...prefix.slice(1), program, ...args], { timeout: 20_000 })).stdout
  return {
    namespace,
    prefix,
    address: (family) => {
      const at = place === 'router' ? 'host' : place
      const last = place === 'router' ? '1' : '10'
      return family === 4 ? `${net4[at]}.${last}` : `${net6[at]}:${last}`
    },
    run,
    nft: (rules) =>
      new Promise((resolve, reject) => {
        const child = execFile(
          'ip',
          [...prefix.slice(1), 'nft', '-f', '-'],
          { timeout: 10_000 },
          (error, _, stderr) => {
            if (error === null) resolve()
            else reject(new Error(stderr))
          },
        )
        child.stdin?.end(rules)
      }),
    listen: async (address, port) => {
      await talker.ask('listen', { address, port })
    },
    listenUdp: async (address, port) => {
      await talker.ask('listenUdp', { address, port })
    },
    askUdp: async (address, port, { from, ms = 400 } = {}) =>
      (await talker.ask('askUdp', { address, port, from: from ?? null, ms }))['answered'] === true,
    dial: async (address, port, ms = 1_000) => {
      const { outcome, handle } = await talker.ask('dial', { address, port, ms })
      const connection: Connection = {
        ask: async (wait = 1_000) => {
          const { answered, ended } = await talker.ask('ask', { handle, ms: wait })
          return { answered: answered === true, ended: ended === true }
        },
        diesWithin: async (wait) => (await talker.ask('dies', { handle, ms: wait }))['dead'] === true,
        endsWithin: async (wait) => (await talker.ask('ends', { handle, ms: wait }))['dead'] === true,
        close: () => void talker.ask('hangUp', { handle }),
      }
      return { outcome: outcome as LabDialled['outcome'], connection: handle === null ? null : connection }
    },
  }
}

let labs = 0

/**
 * A small internet of network namespaces, for root on Linux. A router joins the networks of a host, an attacker and a control plane;
 * one more namespace stands behind the host. Every place ends in `.10` or `::10`, its router in `.1` or `::1`; the control plane has
 * `.11` and `::11` besides.
 */
export const startNetworkLab = async ({
  families = [4, 6],
}: { readonly families?: readonly Family[] } = {}): Promise<NetworkLab> => {
  await sweep()
  const id = `rp-lab-${process.pid}-${++labs}`
  const nameOf = (place: Place): string => `${id}-${place}`
  const talkers: Talker[] = []
  const close = async (): Promise<void> => {
    for (const { child } of talkers) {
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await ended
    }
    for (const place of places) await ip('netns', 'del', nameOf(place)).catch(() => undefined)
  }
  const batch = (place: Place, lines: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = execFile('ip', ['-n', nameOf(place), '-batch', '-'], { timeout: 10_000 }, (error, _, stderr) => {
        if (error === null) resolve()
        else reject(new Error(stderr))
      })
      child.stdin?.end(`${lines.join('\n')}\n`)
    })
  /** What the upper end of a link needs, and the lower. */
  const link = (
    lower: 'host' | 'attacker' | 'control' | 'inner',
  ): { readonly up: string[]; readonly down: string[] } => {
    const port = `to-${lower}`
    const up = [`link add ${port} type veth peer name eth0 netns ${nameOf(lower)}`, `link set ${port} up`]
    const down = ['link set eth0 up']
    const more = lower === 'control' ? ['10', '11'] : ['10']
    if (families.includes(4)) {
      up.push(`address add ${net4[lower]}.1/24 dev ${port}`)
      down.push(...more.map((last) => `address add ${net4[lower]}.${last}/24 dev eth0`))
      down.push(`route add default via ${net4[lower]}.1`)
    }
    if (families.includes(6)) {
      up.push(`address add ${net6[lower]}:1/64 dev ${port} nodad`)
      down.push(...more.map((last) => `address add ${net6[lower]}:${last}/64 dev eth0 nodad`))
      down.push(`route add default via ${net6[lower]}:1`)
    }
    return { up, down }
  }
  // Nobody else is on these links: looking for a double address would only cost a second.
  const settings = ['ipv4.ip_forward=1', 'ipv6.conf.all.forwarding=1', 'ipv6.conf.default.accept_dad=0']
  const prepare = async (place: Place): Promise<void> => {
    const name = nameOf(place)
    await ip('netns', 'add', name)
    const forwards = place === 'router' || place === 'host'
    const wanted = settings.filter((setting) => forwards || setting.includes('dad')).map((setting) => `net.${setting}`)
    await exec('ip', ['netns', 'exec', name, 'sysctl', '-qw', ...wanted])
  }
  try {
    await Promise.all(places.map(prepare))
    const links = { host: link('host'), attacker: link('attacker'), control: link('control'), inner: link('inner') }
    const { host, attacker, control, inner } = links
    await batch('router', ['link set lo up', ...host.up, ...attacker.up, ...control.up])
    await batch('host', ['link set lo up', ...host.down, ...inner.up])
    await Promise.all([
      batch('attacker', ['link set lo up', ...attacker.down]),
      batch('control', ['link set lo up', ...control.down]),
      batch('inner', ['link set lo up', ...inner.down]),
      batch('router', [
        ...(families.includes(4) ? [`route add ${net4.inner}.0/24 via ${net4.host}.10`] : []),
        ...(families.includes(6) ? [`route add ${net6.inner}:/64 via ${net6.host}:10`] : []),
      ]),
    ])
    const nodes = places.map((place) => {
      const talker = talkTo(nameOf(place))
      talkers.push(talker)
      return [place, nodeOf(place, nameOf(place), talker)] as const
    })
    return { ...(Object.fromEntries(nodes) as { [Name in Place]: LabNode }), close }
  } catch (error) {
    await close()
    throw error
  }
}
