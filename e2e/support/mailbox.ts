import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface Mail {
  readonly to: readonly string[]
  readonly text: string
}

export interface Mailbox {
  readonly port: number
  readonly mails: readonly Mail[]
  close(): void
}

/** A mail server that takes what it is given: enough of SMTP for whoever sends plain mail. */
export async function openMailbox(): Promise<Mailbox> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    receive(socket, (mail) => mails.push(mail))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function receive(socket: Socket, take: (mail: Mail) => void): void {
  let pending = ''
  let to: string[] = []
  let text: string | null = null
  const say = (line: string): boolean => socket.write(`${line}\r\n`)
  const answer = (line: string): void => {
    if (text !== null) {
      if (line !== '.') {
        text += `${line.replace(/^\.\./, '.')}\n`
        return
      }
      take({ to, text })
      to = []
      text = null
      say('250 kept')
      return
    }
    const word = line.slice(0, 4).toUpperCase()
    if (word === 'RCPT') to.push(/<(.*)>/.exec(line)?.[1] ?? '')
    if (word === 'DATA') text = ''
    say(word === 'DATA' ? '354 go on' : word === 'QUIT' ? '221 bye' : '250 fine')
    if (word === 'QUIT') socket.end()
  }
  say('220 mailbox')
  socket.on('data', (chunk: Buffer) => {
    const lines = (pending + chunk.toString('latin1')).split('\r\n')
    pending = lines.pop() ?? ''
    for (const line of lines) answer(line)
  })
}
