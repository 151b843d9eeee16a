import { reportChainText, type AgentReport } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import type { DeviceActor } from '../../platform/device-link.ts'
import { storable } from '../../platform/http/storable.ts'
import { applyReport } from './apply-report.ts'
import { changing, type Change, type Doer } from './change.ts'
import type { ResponseParts } from './parts.ts'
import { sha256Hex } from './subject.ts'

const firstHash = '0'.repeat(64)

/** Stores what an agent tells, once however often it is sent, and lets it happen in the order of the agent's own chain. */
export async function storeReports(
  parts: ResponseParts,
  device: DeviceActor,
  given: readonly AgentReport[],
  wire: readonly object[] = given,
): Promise<readonly string[]> {
  if (given.length === 0) return []
  const told = new Map(given.map((report, index) => [report, wire[index] ?? report]))
  const reports = [...given].sort((a, b) => a.chain.sequence - b.chain.sequence)
  const doer: Doer = {
    organisationId: device.organisationId,
    actor: { kind: 'system', id: device.deviceId, name: `Agent of ${device.name}` },
  }
  await changing(parts, doer, async (change) => {
    const [head] = await change.tx.query<Row & { chain_sequence: string; chain_hash: string | null }>(
      'select chain_sequence, chain_hash from device where id = $1 and organisation_id = $2 for no key update',
      [device.deviceId, device.organisationId],
    )
    if (!head) throw new Error(`A device reports that is not there: ${device.deviceId}`)
    const fresh = await keep(change, device, reports)
    if (fresh.length === 0) return
    await lockMentioned(change, device, fresh)
    const links = fresh.map((report) => ({ report, told: told.get(report) ?? report }))
    await followChain(change, device, links, {
      sequence: Number(head.chain_sequence),
      hash: head.chain_hash ?? firstHash,
    })
    for (const report of fresh) await applyReport(parts, change, device, storable(report))
    await change.tx.query(
      'update device_command set acknowledged_at = $3, sent_at = coalesce(sent_at, $3) where device_id = $1 and id = any($2) and acknowledged_at is null',
      [device.deviceId, fresh.flatMap(({ commandId }) => commandId ?? []), change.now],
    )
  })
  return given.map(({ reportId }) => reportId)
}

/** @returns those that were not there before */
async function keep(
  change: Change,
  device: DeviceActor,
  reports: readonly AgentReport[],
): Promise<readonly AgentReport[]> {
  const rows = await change.tx.query<Row & { report_id: string }>(
    `insert into agent_report (report_id, device_id, at, received_at, chain_sequence, chain_hash, report)
     select id, $1, at, $2, sequence, hash, report
     from unnest($3::uuid[], $4::timestamptz[], $5::bigint[], $6::text[], $7::jsonb[]) as r (id, at, sequence, hash, report)
     on conflict (report_id) do nothing returning report_id`,
    [
      device.deviceId,
      change.now,
      reports.map(({ reportId }) => reportId),
      reports.map(({ at }) => at),
      reports.map(({ chain }) => chain.sequence),
      reports.map(({ chain }) => chain.hash),
      reports.map((report) => JSON.stringify(storable(report))),
    ],
  )
  const kept = new Set(rows.map(({ report_id }) => report_id))
  return reports.filter(({ reportId }) => kept.delete(reportId))
}

/** In the order of their ids, like everybody who locks several. */
const lockMentioned = (change: Change, device: DeviceActor, reports: readonly AgentReport[]) =>
  change.tx.query(
    `select id from response
     where device_id = $2 and (id = any($1) or id in (select undo_of from response where id = any($1))) order by id for update`,
    [[...new Set(reports.flatMap(({ actionId }) => actionId ?? []))], device.deviceId],
  )

/** A gap, a fork or a wrong hash is told once: from there on the chain is followed as it is. */
async function followChain(
  change: Change,
  device: DeviceActor,
  links: readonly { readonly report: AgentReport; readonly told: object }[],
  head: { readonly sequence: number; readonly hash: string },
): Promise<void> {
  let { sequence, hash } = head
  for (const { report, told } of links) {
    const { chain } = report
    const problem =
      chain.sequence <= sequence
        ? `Number ${chain.sequence} came after number ${sequence}: the agent was set back or copied`
        : chain.sequence > sequence + 1
          ? `Number ${chain.sequence} follows number ${sequence}: reports are missing`
          : chain.previousHash !== hash
            ? `Number ${chain.sequence} does not follow what number ${sequence} said: the history was rewritten`
            : sha256Hex(reportChainText(told, chain)) !== chain.hash
              ? `Number ${chain.sequence} is not what its hash says: it was changed`
              : null
    if (problem !== null)
      change.audit({
        action: 'device.chain_broken',
        subject: { kind: 'device', id: device.deviceId },
        details: { problem, reportId: report.reportId, expectedHash: hash, given: { ...chain }, loud: true },
      })
    sequence = chain.sequence
    hash = chain.hash
  }
  await change.tx.query('update device set chain_sequence = $2, chain_hash = $3 where id = $1', [
    device.deviceId,
    sequence,
    hash,
  ])
}
