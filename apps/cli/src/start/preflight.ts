import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { StartSettings } from './settings.ts'

/** What would stop the start, each as one sentence with its way out; empty when nothing does. */
export async function findProblems(settings: StartSettings): Promise<string[]> {
  const problems = [unwritable(settings.dataDir)]
  const ports = [
    ['RIPOSTE_PORT', settings.port],
    ['RIPOSTE_SHOP_PORT', settings.shopPort],
    ['RIPOSTE_AGENT_PORT', settings.agentPort],
  ] as const
  for (const [index, [name, port]] of ports.entries()) {
    const twin = ports.slice(0, index).find(([, other]) => other === port)
    if (twin) {
      problems.push(`${twin[0]} and ${name} are both ${port}; give them different ports.`)
      continue
    }
    if (await isTaken(port))
      problems.push(
        `Port ${port} on 127.0.0.1 is in use. End the program that holds it (an earlier \`npm start\`?), or choose another: ${name}=${port + 1000} npm start`,
      )
  }
  return problems.filter((problem) => problem !== null)
}

function unwritable(dataDir: string): string | null {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
    const probe = path.join(dataDir, `.probe-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
    return null
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `The data folder ${dataDir} cannot be written (${why}). Change its permissions, or choose another: RIPOSTE_DATA_DIR=/path/to/folder npm start`
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })
}
