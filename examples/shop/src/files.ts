import { exec } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Router } from 'express'
import { textOf } from './text-of.ts'

export const files = Router()

const downloads = path.resolve(import.meta.dirname, '../downloads')

files.get('/downloads', async (request, response) => {
  try {
    response
      .type('text/plain')
      .send(await readFile(path.join(downloads, textOf(request.query['file'], 'catalogue.txt')), 'utf8'))
  } catch {
    response.status(404).json({ error: 'No such file' })
  }
})

/** Fetches a product picture from the address that the seller gives. */
files.post('/images', async (request, response) => {
  const { url } = request.body as { url?: string }
  try {
    const answer = await fetch(url ?? '', { signal: AbortSignal.timeout(5_000) })
    const bytes = Buffer.from(await answer.arrayBuffer())
    response.json({
      status: answer.status,
      type: answer.headers.get('content-type'),
      bytes: bytes.length,
      preview: bytes.toString('utf8', 0, 200),
    })
  } catch (error) {
    response
      .status(400)
      .json({ error: 'The picture could not be fetched', why: error instanceof Error ? error.message : String(error) })
  }
})

/** Counts the lines of an invoice with a shell tool. */
files.get('/invoices/:number', (request, response) => {
  exec(`printf 'invoice %s\\n' ${request.params.number} | cat -n`, { timeout: 5_000 }, (error, stdout) => {
    if (error) return void response.status(500).json({ error: 'The invoice could not be printed' })
    response.type('text/plain').send(stdout)
  })
})

export async function prepareDownloads(): Promise<void> {
  await mkdir(downloads, { recursive: true })
  await writeFile(
    path.join(downloads, 'catalogue.txt'),
    'Trail lamp, tea kettle, tablecloth, notebook, candle, blanket\n',
  )
}
