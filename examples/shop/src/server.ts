import '@riposte/monitor/register'
import express, { type NextFunction, type Request, type Response } from 'express'
import { account } from './account.ts'
import { migrate, pool } from './database.ts'
import { files, prepareDownloads } from './files.ts'
import { home } from './home.ts'
import { pages } from './pages.ts'
import { products } from './products.ts'
import { visitors } from './visitors.ts'

const port = Number(process.env['SHOP_PORT'] ?? 7475)

const app = express()
app.set('trust proxy', 'loopback')
app.disable('x-powered-by')
// `?owner[$ne]=x` becomes an object.
app.set('query parser', 'extended')
app.use(express.json({ limit: '1mb' }), express.urlencoded({ extended: true, limit: '1mb' }))
app.use(home, pages, products, account, files, visitors)
app.get('/health', (_request, response) => void response.json({ ok: true }))
app.use((_request: Request, response: Response) => void response.status(404).json({ error: 'Not found' }))
app.use((error: Error, _request: Request, response: Response, next: NextFunction) => {
  if (response.headersSent) {
    next(error)
    return
  }
  console.error(`shop: ${error.message}`)
  response.status(500).json({ error: 'Something went wrong' })
})

await migrate()
await prepareDownloads()
const server = app.listen(port, '127.0.0.1', (error?: Error) => {
  if (error) {
    console.error(`shop: cannot listen on 127.0.0.1:${port}: ${error.message}`)
    process.exit(1)
  }
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${port}` })
  console.log(`shop: http://127.0.0.1:${port}`)
})

const stop = (): void => {
  server.close(() => void pool.end().then(() => process.exit(0)))
  server.closeIdleConnections()
  setTimeout(() => process.exit(0), 3_000).unref()
}
process.on('SIGTERM', stop).on('SIGINT', stop)
// Started by a parent: without it there is nobody to stop us.
process.on('disconnect', stop)
