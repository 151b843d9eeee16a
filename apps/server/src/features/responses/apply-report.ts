import { isFinal, type AgentReport } from '@riposte/contract'
import type { DeviceActor } from '../../platform/device-link.ts'
import type { Change } from './change.ts'
import { complete, containmentTypes, fail, start } from './end-response.ts'
import { moveResponses } from './move-responses.ts'
import type { ResponseParts } from './parts.ts'
import type { ResponseRow } from './rows.ts'

type Event = AgentReport['event']
type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>

/** Bytes of output that are kept of one response. */
export const mostOutputBytes = 1_000_000

/** One report, in the transaction that stores it. What it cannot mean is written down as such, and nothing else happens. */
export async function applyReport(
  parts: ResponseParts,
  change: Change,
  device: DeviceActor,
  report: AgentReport,
): Promise<void> {
  const { event } = report
  if (event.kind === 'notice') {
    change.audit({
      action: 'device.notice',
      subject: { kind: 'device', id: device.deviceId },
      details: { code: event.code, detail: event.detail, actionId: report.actionId, at: report.at, loud: true },
    })
    return
  }
  if (event.kind === 'failed' && report.actionId === null) {
    // It did not believe a command so little that it does not name it.
    change.audit({
      action: 'device.command_refused',
      subject: { kind: 'device', id: device.deviceId },
      details: { reason: event.reason, detail: event.detail, commandId: report.commandId, loud: true },
    })
    return
  }
  const row = report.actionId === null ? undefined : await readOwn(change, device, report.actionId)
  if (row && event.kind === 'failed' && (await aboutAnother(change, row, report, event))) return
  const objection = objectionTo(row, report)
  if (!row || objection !== null) {
    change.audit({
      action: 'device.report_refused',
      subject: { kind: 'device', id: device.deviceId },
      details: { why: objection, reportId: report.reportId, actionId: report.actionId, kind: event.kind, loud: true },
    })
    return
  }
  switch (event.kind) {
    case 'started':
      if (!(await start(change, row))) late(change, row, event.kind, '')
      return
    case 'completed':
      return completed(parts, change, row, event)
    case 'failed':
      if (!(await fail(change, row.id, event))) late(change, row, event.kind, event.detail)
      return
    case 'cancelled': {
      const moved = await moveResponses(change, 'agent_cancel', [row.id], {
        detail: event.detail || 'Left before it began',
      })
      if (moved.length === 0) late(change, row, event.kind, event.detail)
      return
    }
    case 'cancel_refused':
      change.event(row.id, 'cancel_refused', event.detail)
      change.audit({
        action: 'response.cancel_refused',
        subject: { kind: 'response', id: row.id },
        details: { detail: event.detail },
      })
      change.touch(row.id, row.request_id)
      return
    case 'verified':
      return verified(change, row, event)
    case 'containment':
      return contained(change, row, event)
    case 'output':
      return output(change, row, event, report.at)
  }
}

async function readOwn(change: Change, device: DeviceActor, id: string): Promise<ResponseRow | undefined> {
  const [row] = await change.tx.query<ResponseRow>('select * from response where id = $1 and device_id = $2', [
    id,
    device.deviceId,
  ])
  return row
}

/** The agent refused to look, or to leave it: the action itself is where it was. @returns whether that is what it says */
async function aboutAnother(
  change: Change,
  row: ResponseRow,
  report: AgentReport,
  event: EventOf<'failed'>,
): Promise<boolean> {
  if (report.commandId === null || report.commandId === row.command_id) return false
  const [command] = await change.tx.query<{ kind: string }>(
    `select kind from device_command where id = $1 and response_id = $2 and kind <> 'execute'`,
    [report.commandId, row.id],
  )
  if (!command) return false
  if (command.kind === 'verify' && row.verification === 'scheduled')
    await setVerification(change, row, { result: 'inconclusive', detail: event.detail, evidence: event.evidence })
  change.event(row.id, `${command.kind}_refused`, event.detail)
  change.audit({
    action: `response.${command.kind}_refused`,
    subject: { kind: 'response', id: row.id },
    details: { reason: event.reason, detail: event.detail },
  })
  change.touch(row.id, row.request_id)
  return true
}

/** What happened without a command that we signed for it did not happen by our authority. */
function objectionTo(row: ResponseRow | undefined, report: AgentReport): string | null {
  if (!row) return 'It is about no action of this device'
  if (row.command_id === null) return 'No command for that action was ever given to this device'
  const { kind } = report.event
  const about = kind === 'started' || kind === 'completed' || kind === 'failed'
  if (about && report.commandId !== null && report.commandId !== row.command_id)
    return 'It names another command than the one that was given for that action'
  return null
}

/** The truth comes late: the status is final and stays, but nobody may overlook what the host says. */
function late(change: Change, row: ResponseRow, kind: string, detail: string): void {
  if (!isFinal(row.status) || (kind === row.status && kind !== 'cancelled')) return
  change.event(row.id, 'late_report', `The agent says "${kind}" although it counts as ${row.status}. ${detail}`.trim())
  change.audit({
    action: 'response.late_report',
    subject: { kind: 'response', id: row.id },
    details: { status: row.status, reason: row.reason, reported: kind, detail, loud: true },
  })
  change.touch(row.id, row.request_id)
}

async function completed(
  parts: ResponseParts,
  change: Change,
  row: ResponseRow,
  event: EventOf<'completed'>,
): Promise<void> {
  if (await complete(parts, change, row, event.evidence)) return
  late(change, row, event.kind, '')
  // Whatever we call it, the host is contained: it is watched, and can be released.
  if (row.containment === null && row.status !== 'completed')
    await change.tx.query(
      `update response set evidence = $2, containment = case when type = any($3::text[]) then 'in_force' end, containment_checked_at = $4 where id = $1`,
      [row.id, event.evidence, containmentTypes, change.now],
    )
}

async function verified(change: Change, row: ResponseRow, event: EventOf<'verified'>): Promise<void> {
  change.event(row.id, `verification_${event.result}`, event.detail)
  change.touch(row.id, row.request_id)
  if (row.status !== 'completed') return
  await setVerification(change, row, event)
}

export async function setVerification(
  change: Change,
  row: Pick<ResponseRow, 'id' | 'type' | 'target_name'>,
  verdict: { result: 'passed' | 'failed' | 'inconclusive'; detail: string; evidence: Record<string, unknown> },
): Promise<void> {
  await change.tx.query(
    `update response set verification = $2::text, verification_at = $3::timestamptz, verification_detail = $4, verification_evidence = $5,
       containment = case when $2::text = 'passed' and containment = 'drifted' then 'in_force' else containment end,
       containment_checked_at = case when containment is null then null else $3::timestamptz end
     where id = $1`,
    [row.id, verdict.result, change.now, verdict.detail, verdict.evidence],
  )
  change.audit({
    action: `response.verification_${verdict.result}`,
    subject: { kind: 'response', id: row.id },
    details: {
      type: row.type,
      target: row.target_name,
      detail: verdict.detail,
      ...(verdict.result === 'failed' ? { loud: true } : {}),
    },
  })
}

async function contained(change: Change, row: ResponseRow, event: EventOf<'containment'>): Promise<void> {
  const state = event.state === 'drifted' && event.repaired ? 'in_force' : event.state
  // What was taken back on purpose is not in force again because of a report that was on its way.
  const [changed] = await change.tx.query(
    `update response set containment = $2, containment_checked_at = $3
     where id = $1 and containment is not null and containment not in ('ended', 'undone') returning id`,
    [row.id, state, change.now],
  )
  if (!changed) return
  if (event.state === 'in_force' && row.containment === 'in_force') return
  const word = event.state === 'drifted' ? (event.repaired ? 'drift_repaired' : 'drifted') : event.state
  change.event(row.id, `containment_${word}`, event.detail)
  change.audit({
    action: `containment.${word}`,
    subject: { kind: 'response', id: row.id },
    details: {
      type: row.type,
      target: row.target_name,
      detail: event.detail,
      ...(event.state === 'drifted' ? { loud: true } : {}),
    },
  })
  change.touch(row.id, row.request_id)
}

async function output(change: Change, row: ResponseRow, event: EventOf<'output'>, at: string): Promise<void> {
  const [now] = await change.tx.query<ResponseRow>('select output_bytes from response where id = $1', [row.id])
  const used = now?.output_bytes ?? 0
  if (used >= mostOutputBytes) return
  const bytes = Buffer.byteLength(event.text)
  const room = mostOutputBytes - used
  const cut = bytes > room
  const text = cut ? Buffer.from(event.text).subarray(0, room).toString('utf8') : event.text
  const lines = [{ stream: event.stream as string, text }]
  if (cut)
    lines.push({ stream: 'note', text: `Only the first ${mostOutputBytes} bytes are kept; the rest is left out.` })
  const rows = await change.tx.query<{ id: string }>(
    `insert into response_output (response_id, at, stream, text) select $1, $2, stream, text from unnest($3::text[], $4::text[]) as o (stream, text) returning id`,
    [row.id, at, lines.map(({ stream }) => stream), lines.map((line) => line.text)],
  )
  await change.tx.query('update response set output_bytes = output_bytes + $2 where id = $1', [
    row.id,
    cut ? room : bytes,
  ])
  await change.tx.notify({
    kind: 'response_output',
    organisationId: row.organisation_id,
    responseId: row.id,
    from: Number(rows[0]?.id ?? 0),
  })
}
