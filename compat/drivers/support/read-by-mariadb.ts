import { createRequire } from 'node:module'

interface Connection {
  query(text: string): Promise<[Record<string, unknown>[]]>
  end(): Promise<void>
}
interface Driver {
  createConnection(options: object): Promise<Connection>
}

export interface Reader {
  run(text: string): Promise<void>
  /**
   * How the engine reads a statement: its own digest, in which literals are `?` and lists are shortened; names are made alike.
   * @returns null when it refuses the statement
   */
  shape(text: string): Promise<string | null>
  end(): Promise<void>
}

/** A connection to a server whose performance schema keeps the last statement of each thread. */
export async function readByMariadb(port: number): Promise<Reader> {
  const driver = createRequire(import.meta.url)('mysql2/promise') as Driver
  const connection = await driver.createConnection({ host: '127.0.0.1', port, user: 'root', charset: 'utf8mb4' })
  const [[me]] = await connection.query(
    'select thread_id as id from performance_schema.threads where processlist_id = connection_id()',
  )
  // Asked for by a second connection, so that the question is not its own answer.
  const asking = await driver.createConnection({ host: '127.0.0.1', port, user: 'root' })
  const question = `select digest_text as digest from performance_schema.events_statements_current where thread_id = ${String(me?.['id'])}`
  return {
    run: async (text) => {
      await connection.query(text)
    },
    shape: async (text) => {
      try {
        await connection.query(`explain ${text}`)
      } catch {
        return null
      }
      // The answer comes a moment before the server has noted what it answered.
      for (let tries = 0; tries < 1_000; tries += 1) {
        const [[row]] = await asking.query(question)
        if (typeof row?.['digest'] === 'string') return row['digest'].replaceAll(/`(?:[^`]|``)*`/g, '`n`')
      }
      throw new Error('the server has no digest of its last statement')
    },
    end: async () => {
      await connection.end()
      await asking.end()
    },
  }
}
