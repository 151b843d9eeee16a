import { snapshotPayloadType, type SignedSnapshot } from '@riposte/contract'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'

interface RevisionRow extends Row {
  revision: number
  name: string
  type: string
  at: Date
  rules: unknown[]
}

interface Signed {
  readonly revision: number
  readonly etag: string
  readonly snapshot: SignedSnapshot
}

/** The newest signed configuration of each project: signed once a revision, then handed out as it is. */
export class Snapshots {
  readonly #db: Database
  readonly #key: SigningKey
  readonly #signed = new Map<string, Promise<Signed>>()

  constructor(db: Database, key: SigningKey) {
    this.#db = db
    this.#key = key
  }

  newest(projectId: string): Promise<Signed> {
    const known = this.#signed.get(projectId)
    if (known) return known
    const fresh = this.#sign(projectId)
    this.#signed.set(projectId, fresh)
    fresh.catch(() => this.#signed.delete(projectId))
    return fresh
  }

  /** Forgets a project's signed bytes, or all when it is not known which changed. */
  forget(projectId?: string): void {
    if (projectId === undefined) this.#signed.clear()
    else this.#signed.delete(projectId)
  }

  async #sign(projectId: string): Promise<Signed> {
    const [row] = await this.#db.query<RevisionRow>(
      'select r.revision, p.name, p.type, r.at, r.rules from revision r join project p on p.id = r.project_id where r.project_id = $1 order by r.revision desc limit 1',
      [projectId],
    )
    if (!row) throw new Refusal('project.not_found')
    const payload = {
      projectId,
      projectName: row.name,
      projectType: row.type,
      revision: row.revision,
      issuedAt: row.at.toISOString(),
      rules: row.rules,
    }
    return {
      revision: row.revision,
      etag: `"${row.revision}-${this.#key.fingerprint}"`,
      snapshot: this.#key.seal(snapshotPayloadType, payload),
    }
  }
}
