import type { Database, Row } from '../../platform/db/database.ts'
import type { Handlers, MemberActor } from '../../platform/http/handler.ts'
import { Limiter } from '../../platform/http/limiter.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { readSummaries } from './queries.ts'
import { readIncident } from './read-incident.ts'
import { takeBatch } from './take-batch.ts'
import { toCsv } from './to-csv.ts'

type IncidentHandlers = Pick<
  Handlers,
  'listIncidents' | 'exportIncidents' | 'getIncident' | 'setIncidentState' | 'sdkIncidents'
>

/** Rows of one export. */
const mostExported = 50_000

export function incidentRoutes(db: Database): IncidentHandlers {
  // Per project: twenty thousand incidents at once, two thousand a second on average.
  const intake = new Limiter(20_000, 2_000)

  const ownProject = async (actor: MemberActor, projectId: string): Promise<void> => {
    const rows = await db.query('select 1 from project where id = $1 and organisation_id = $2', [
      projectId,
      actor.organisationId,
    ])
    if (rows.length === 0) throw new Refusal('project.not_found')
  }

  return {
    listIncidents: async ({ actor, params, query }) => {
      await ownProject(actor, params.projectId)
      return readSummaries(db, { projectId: params.projectId, filter: query, cursor: query.cursor, limit: query.limit })
    },
    exportIncidents: async ({ actor, params, query, reply }) => {
      await ownProject(actor, params.projectId)
      const { items } = await readSummaries(db, { projectId: params.projectId, filter: query, limit: mostExported })
      void reply.header('content-disposition', `attachment; filename="incidents.${query.format}"`)
      void reply.type(query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json')
      return query.format === 'csv' ? toCsv(items) : JSON.stringify(items, null, 2)
    },
    getIncident: ({ actor, params }) => readIncident(db, actor.organisationId, params.incidentId),
    setIncidentState: async ({ actor, params, body }) => {
      await ownProject(actor, params.projectId)
      return db.transaction(async (tx) => {
        const rows = await tx.query<Row & { id: string }>(
          'update incident set state = $3 where project_id = $1 and id = any($2) and state <> $3 returning id',
          [params.projectId, body.ids, body.state],
        )
        const ids = rows.map((row) => row.id)
        await record(tx, {
          ...byMember(actor),
          action: 'incident.state_set',
          subject: { kind: 'project', id: params.projectId },
          details: { state: body.state, ids },
        })
        if (ids.length > 0)
          await tx.notify({ kind: 'incidents_changed', projectId: params.projectId, ids: ids.slice(0, 150) })
        return { changed: ids.length }
      })
    },
    sdkIncidents: ({ actor, body }) => {
      const wait = intake.take(actor.projectId, body.incidents.length, Date.now())
      if (wait > 0) throw new Refusal('request.rate_limited', undefined, { retryAfterS: wait })
      return takeBatch(db, actor, body)
    },
  }
}
