// Runs inside of one namespace of the network lab: opens and answers connections there as it is told, one line of JSON at a time.
import dgram from 'node:dgram'
import net from 'node:net'
import readline from 'node:readline'

const connections = new Map()
const servers = new Map()
let handles = 0

const outcomeOf = (code) => {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused'
  return 'unreachable'
}

const keep = (socket) => {
  const handle = ++handles
  const kept = { socket, ended: false, heard: 0, wake: new Set() }
  const tell = () => {
    for (const wake of kept.wake) wake()
  }
  socket.on('data', () => {
    kept.heard++
    tell()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    kept.ended = true
    tell()
  })
  connections.set(handle, kept)
  return handle
}

const until = (kept, ms, done) =>
  new Promise((resolve) => {
    const check = () => {
      if (done()) finish(true)
    }
    const finish = (result) => {
      clearTimeout(timer)
      kept.wake.delete(check)
      resolve(result)
    }
    const timer = setTimeout(() => finish(false), ms)
    kept.wake.add(check)
    check()
  })

const operations = {
  listen: ({ address, port }) =>
    new Promise((resolve, reject) => {
      const server = net.createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', () => socket.write('pong\n'))
      })
      server.on('error', reject)
      server.listen({ host: address, port, ipv6Only: true }, () => {
        servers.set(`${address} ${port}`, server)
        resolve({ port: server.address().port })
      })
    }),
  listenUdp: ({ address, port }) =>
    new Promise((resolve, reject) => {
      const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4')
      socket.on('error', reject)
      socket.on('message', (_, peer) => socket.send('pong', peer.port, peer.address))
      socket.bind(port, address, () => resolve({}))
    }),
  askUdp: ({ address, port, from, ms }) =>
    new Promise((resolve) => {
      const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4')
      const finish = (answered) => {
        clearTimeout(timer)
        socket.close()
        resolve({ answered })
      }
      const timer = setTimeout(() => finish(false), ms)
      socket.on('error', () => finish(false))
      socket.on('message', () => finish(true))
      socket.bind(from === null || from === undefined ? 0 : from, () =>
        socket.send('ping', port, address, (error) => error && finish(false)),
      )
    }),
  dial: ({ address, port, ms }) =>
    new Promise((resolve) => {
      const socket = net.connect({ host: address, port })
      const finish = (outcome) => {
        clearTimeout(timer)
        socket.removeAllListeners()
        if (outcome === 'open') return resolve({ outcome, handle: keep(socket) })
        socket.on('error', () => undefined)
        socket.destroy()
        resolve({ outcome, handle: null })
      }
      const timer = setTimeout(() => finish('silent'), ms)
      socket.on('connect', () => finish('open'))
      socket.on('error', (error) => finish(outcomeOf(error.code)))
    }),
  /** Sends a line and waits for the answer. */
  ask: async ({ handle, ms }) => {
    const kept = connections.get(handle)
    const before = kept.heard
    if (!kept.ended) kept.socket.write('ping\n')
    const settled = await until(kept, ms, () => kept.ended || kept.heard > before)
    return { answered: settled && kept.heard > before, ended: kept.ended }
  },
  dies: async ({ handle, ms }) => {
    const kept = connections.get(handle)
    if (!kept.ended) kept.socket.write('\n')
    return { dead: await until(kept, ms, () => kept.ended) }
  },
  /** Whether it ends without being touched. */
  ends: async ({ handle, ms }) => {
    const kept = connections.get(handle)
    return { dead: await until(kept, ms, () => kept.ended) }
  },
  hangUp: ({ handle }) => {
    connections.get(handle)?.socket.destroy()
    connections.delete(handle)
    return {}
  },
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, operation, ...parameters } = JSON.parse(line)
  try {
    const result = await operations[operation](parameters)
    process.stdout.write(`${JSON.stringify({ id, result })}\n`)
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: String(error) })}\n`)
  }
})
process.stdin.on('end', () => process.exit(0))
