import type { Database, Row } from '../../platform/db/database.ts'
import type { Handlers } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { storable } from '../../platform/http/storable.ts'
import type { EventStreams } from '../../platform/stream/event-stream.ts'
import { heartbeatMs, readInstances, saveReport, type ConnectedInstances } from './instances.ts'
import type { Snapshots } from './snapshots.ts'

type SyncHandlers = Pick<Handlers, 'sdkConfig' | 'sdkStream' | 'sdkReport' | 'listInstances'>

export interface SyncParts {
  readonly db: Database
  readonly snapshots: Snapshots
  readonly streams: EventStreams
  readonly connected: ConnectedInstances
  /** Tells consoles of this server that instances came or went. */
  readonly announce: (projectId: string) => void
}

export const sdkKey = (projectId: string): string => `sdk:${projectId}`
/** Null for the key of another kind of stream. */
export const projectOf = (key: string): string | null => (key.startsWith('sdk:') ? key.slice('sdk:'.length) : null)

export const syncRoutes = ({ db, snapshots, streams, connected, announce }: SyncParts): SyncHandlers => ({
  sdkConfig: async ({ actor, request, reply }) => {
    const newest = await snapshots.newest(actor.projectId)
    void reply.header('etag', newest.etag).header('cache-control', 'no-cache')
    if (request.headers['if-none-match'] !== newest.etag) return newest.snapshot
    void reply.status(304).send()
    return undefined as never
  },
  sdkStream: async ({ actor, query, reply }) => {
    const { revision } = await snapshots.newest(actor.projectId)
    reply.hijack()
    connected.opened(query.instanceId)
    announce(actor.projectId)
    streams.open({
      key: sdkKey(actor.projectId),
      response: reply.raw,
      credential: actor.tokenId,
      closed: () => {
        connected.closed(query.instanceId)
        announce(actor.projectId)
      },
    })
    // Whoever connects late learns at once what it missed.
    if (!reply.raw.destroyed) reply.raw.write(`event: config\ndata: ${JSON.stringify({ revision })}\n\n`)
  },
  sdkReport: async ({ actor, body }) => {
    await saveReport(db, actor.projectId, storable(body))
    const { revision } = await snapshots.newest(actor.projectId)
    return { revision, serverTime: new Date().toISOString(), heartbeatMs }
  },
  listInstances: async ({ actor, params }) => {
    const [project] = await db.query<Row & { revision: number }>(
      'select revision from project where id = $1 and organisation_id = $2',
      [params.projectId, actor.organisationId],
    )
    if (!project) throw new Refusal('project.not_found')
    return {
      items: await readInstances(db, params.projectId, { revision: project.revision, isConnected: connected.has }),
    }
  },
})
