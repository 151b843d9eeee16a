import type { Preview, Submission } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import type { ResponseParts } from './parts.ts'
import { prepare } from './prepare.ts'
import { sentenceFor, targetWords } from './sentence.ts'

/** What would happen, with nothing written. */
export async function preview(
  parts: ResponseParts,
  actor: MemberActor,
  asked: Pick<Submission, 'type' | 'deviceIds' | 'personIds' | 'parameters' | 'emergency'>,
): Promise<Preview> {
  const prepared = await prepare(parts, { ...actor, id: actor.memberId }, asked)
  const { spec, good } = prepared
  const ids = good.map(({ target }) => target.id)
  const devices = good.flatMap(({ target }) => (target.kind === 'device' ? [target.id] : []))
  const online = devices.length === 0 ? new Set<string>() : await parts.live.online(devices)
  const already = await parts.db.query<Row & { id: string }>(
    `select distinct coalesce(device_id, person_id) as id from response
     where (device_id = any($1) or person_id = any($1)) and type = $2 and subject = $3 and containment in ('in_force', 'drifted')`,
    [ids, spec.id, prepared.subject],
  )
  const so = new Set(already.map(({ id }) => id))
  return {
    sentence: sentenceFor(
      { type: spec.id, sentence: prepared.sentence },
      prepared.parameters,
      targetWords(good[0]?.target.name, good.length),
    ),
    effects: [...prepared.notes, ...spec.effects],
    approvers: asked.emergency ? 0 : prepared.approvers,
    affected: good.map(({ target }) => ({
      targetId: target.id,
      name: target.name,
      online: target.kind === 'person' || online.has(target.id),
      alreadySo: so.has(target.id),
    })),
    refused: [...prepared.refused],
  }
}
