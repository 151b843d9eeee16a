import { maxPeopleCsvBytes, type CsvError, type ImportPreview } from '@riposte/contract'
import type { FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Clock } from '../../../platform/clock.ts'
import { newId } from '../../../platform/crypto/secrets.ts'
import type { Database, Queryable, Row, Transaction } from '../../../platform/db/database.ts'
import type { MemberActor } from '../../../platform/http/handler.ts'
import { Refusal } from '../../../platform/http/refusal.ts'
import { byMember, record } from '../../audit/index.ts'
import { doubledField } from '../change-people.ts'
import { planImport, type ImportPlan, type Known, type Planned } from './plan-import.ts'
import { readPeopleCsv, type CsvContent } from './read-people-csv.ts'

const shownErrors = 200
const shownLines = 20

/** The body's bytes. @throws Refusal when there are too many, or it is something else */
export async function readCsvBody(request: FastifyRequest): Promise<Buffer> {
  const { body } = request
  if (!(body instanceof Readable))
    throw new Refusal('request.invalid', "The body must be the file's bytes, as application/octet-stream")
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxPeopleCsvBytes) throw new Refusal('request.too_large', `A file may have ${maxPeopleCsvBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export async function previewImport(db: Queryable, organisationId: string, bytes: Buffer): Promise<ImportPreview> {
  const content = readPeopleCsv(bytes)
  return describe(bytes, content, planImport(content.people, await readKnown(db, organisationId, content)))
}

export async function applyImport(
  parts: { readonly db: Database; readonly clock: Clock },
  actor: MemberActor,
  bytes: Buffer,
  wish: { readonly sha256: string; readonly skipErrors: boolean },
): Promise<ImportPreview> {
  if (sha256Of(bytes) !== wish.sha256)
    throw new Refusal('import.changed', `The file's SHA-256 is ${sha256Of(bytes)}: look at its preview first`)
  const content = readPeopleCsv(bytes)
  return parts.db.transaction(async (tx) => {
    // Two imports at once would each plan without the other's people.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 11))', [actor.organisationId])
    const plan = planImport(content.people, await readKnown(tx, actor.organisationId, content))
    const preview = describe(bytes, content, plan)
    if (preview.errorCount > 0 && !wish.skipErrors)
      throw new Refusal('import.refused', `${preview.errorCount} errors; nothing was imported`, {
        errors: preview.errors.slice(0, 50).map(toFieldError),
      })
    await store(tx, actor.organisationId, plan, parts.clock()).catch((error: unknown) => {
      const field = doubledField(error)
      throw field === null ? error : new Refusal('person.exists', `The ${field} of a line belongs to somebody else`)
    })
    if (plan.create.length + plan.update.length > 0) {
      await record(tx, {
        ...byMember(actor),
        action: 'people.imported',
        subject: { kind: 'file', id: preview.sha256 },
        details: { created: plan.create.length, updated: plan.update.length, leftOut: preview.errorCount },
      })
      await tx.notify({ kind: 'people', organisationId: actor.organisationId })
    }
    return preview
  })
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const toFieldError = (error: CsvError) => ({
  path: `line ${error.line}${error.column === null ? '' : `, ${error.column}`}`,
  message: error.message,
  allowed: error.allowed,
})

function describe(bytes: Buffer, content: CsvContent, plan: ImportPlan): ImportPreview {
  const errors = [...content.errors, ...plan.errors].sort((a, b) => a.line - b.line)
  const sample = [
    ...plan.create.slice(0, shownLines).map((person) => ({ ...person, change: 'create' as const })),
    ...plan.update.slice(0, shownLines).map((person) => ({ ...person, change: 'update' as const })),
  ]
  return {
    sha256: sha256Of(bytes),
    rows: content.rows,
    create: plan.create.length,
    update: plan.update.length,
    unchanged: plan.unchanged,
    errors: errors.slice(0, shownErrors),
    errorCount: errors.length,
    sample: sample
      .sort((a, b) => a.line - b.line)
      .slice(0, shownLines)
      .map(({ line, change, name, email }) => ({ line, change, name, email })),
  }
}

/** Whoever a line of the file may mean or collide with. */
const readKnown = (db: Queryable, organisationId: string, { people }: CsvContent): Promise<(Known & Row)[]> =>
  db.query<Known & Row>(
    `select id, name, email, user_name, department, manager, external_id, source, active from person
     where organisation_id = $1 and (email = any($2) or lower(user_name) = any($3) or external_id = any($4))`,
    [
      organisationId,
      people.map(({ email }) => email),
      people.flatMap(({ user_name }) => (typeof user_name === 'string' ? [user_name.toLowerCase()] : [])),
      people.flatMap(({ external_id }) => (typeof external_id === 'string' ? [external_id] : [])),
    ],
  )

const columns = 'name text, email text, user_name text, department text, manager text, external_id text, active boolean'

async function store(tx: Transaction, organisationId: string, plan: ImportPlan, now: Date): Promise<void> {
  const json = (people: readonly Planned[], newIds: boolean): string =>
    JSON.stringify(people.map(({ line, ...person }) => (newIds ? { ...person, id: newId() } : person)))
  if (plan.create.length > 0)
    await tx.query(
      `insert into person (id, organisation_id, name, email, user_name, department, manager, external_id, source, active, created_at, updated_at)
       select id, $1, name, email, user_name, department, manager, external_id, 'csv', active, $3, $3 from jsonb_to_recordset($2) as line (id uuid, ${columns})`,
      [organisationId, json(plan.create, true), now],
    )
  if (plan.update.length > 0)
    await tx.query(
      `update person p set name = line.name, email = line.email, user_name = line.user_name, department = line.department, manager = line.manager,
         external_id = line.external_id, active = line.active, source = 'csv', version = p.version + 1, updated_at = $3
       from jsonb_to_recordset($2) as line (id uuid, ${columns}) where p.id = line.id and p.organisation_id = $1`,
      [organisationId, json(plan.update, false), now],
    )
}
