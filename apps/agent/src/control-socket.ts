import { chmodSync, rmSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import * as z from 'zod'
import { stateFiles } from './state-folder.ts'

/** What `status` and `release` ask of the agent that runs. Only who may look into the state folder reaches the socket. */
const ControlQuestion = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('status') }),
  z.object({ ask: z.literal('release'), code: z.string().max(200) }),
])
export type ControlQuestion = z.infer<typeof ControlQuestion>

const mostBytes = 1_048_576
const questionMs = 5_000
const answerMs = 60_000

const socketPath = (folder: string): string =>
  process.platform === 'win32'
    ? `\\\\.\\pipe\\riposte-agent-${Buffer.from(folder).toString('hex').slice(-64)}`
    : path.join(folder, stateFiles.socket)

/** @returns what ends it */
export function listenForControl(
  folder: string,
  answer: (question: ControlQuestion) => Promise<unknown>,
  log: (line: string) => void,
): () => void {
  const file = socketPath(folder)
  const server = net.createServer((socket) => {
    let text = ''
    socket.setTimeout(questionMs, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.length > 4_096) socket.destroy()
      else if (text.includes('\n')) {
        socket.setTimeout(0)
        void respond(text, answer).then((said) => socket.end(`${JSON.stringify(said)}\n`))
        text = ''
      }
    })
  })
  server.on('error', (error) => log(`the control socket ${file}: ${error.message}; status and release work without it`))
  // The lock is ours: a socket that lies there has no listener.
  if (process.platform !== 'win32') rmSync(file, { force: true })
  server.listen(file, () => {
    if (process.platform !== 'win32') chmodSync(file, 0o600)
  })
  server.unref()
  return () => server.close()
}

async function respond(text: string, answer: (question: ControlQuestion) => Promise<unknown>): Promise<unknown> {
  try {
    return await answer(ControlQuestion.parse(JSON.parse(text)))
  } catch (error) {
    return { is: 'refused', why: error instanceof Error ? error.message : String(error) }
  }
}

/** @returns null when no agent answers */
export function askAgent(folder: string, question: ControlQuestion): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath(folder))
    const chunks: Buffer[] = []
    let bytes = 0
    socket.setTimeout(answerMs, () => socket.destroy())
    socket.on('connect', () => socket.write(`${JSON.stringify(question)}\n`))
    socket.on('error', () => resolve(null))
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > mostBytes) socket.destroy()
      else chunks.push(chunk)
    })
    socket.on('close', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      } catch {
        resolve(null)
      }
    })
  })
}
