import { describe, expect, it } from 'vitest'
import { railOf, type RailFacts } from './lifecycle.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const maya = { id: 'm', name: 'Maya' }
const asked: RailFacts = {
  status: 'pending_approval',
  reason: null,
  detail: null,
  submittedBy: maya,
  submittedAt: at(0),
  approvedBy: [],
  approvedAt: null,
  queuedAt: null,
  leasedAt: null,
  startedAt: null,
  finishedAt: null,
  verification: null,
  containment: null,
  emergency: false,
}
const states = (facts: RailFacts): string =>
  railOf(facts)
    .map(({ id, state }) => `${id}:${state}`)
    .join(' ')

describe('the rail of a response', () => {
  it.each<[string, Partial<RailFacts>, string]>([
    [
      'waits for approval',
      {},
      'pending_approval:now queued:ahead executing:ahead completed:ahead failed:ahead cancelled:ahead verification:ahead',
    ],
    [
      'waits for the agent',
      { status: 'queued', queuedAt: at(1) },
      'pending_approval:skipped queued:now executing:ahead completed:ahead failed:ahead cancelled:ahead verification:ahead',
    ],
    [
      'is completed and holds',
      {
        status: 'completed',
        approvedBy: [{ id: 'a', name: 'Ana' }],
        approvedAt: at(1),
        queuedAt: at(1),
        leasedAt: at(2),
        startedAt: at(2),
        finishedAt: at(3),
        verification: { state: 'scheduled', dueAt: at(63), at: null, detail: null },
        containment: { state: 'in_force', until: null, checkedAt: at(4) },
      },
      'pending_approval:done queued:done executing:done completed:done failed:skipped cancelled:skipped verification:now containment:now',
    ],
    [
      'was rejected',
      { status: 'cancelled', reason: 'rejected', finishedAt: at(5) },
      'pending_approval:skipped queued:skipped executing:skipped completed:skipped failed:skipped cancelled:done',
    ],
    [
      'expired while the device was offline',
      { status: 'failed', reason: 'expired', queuedAt: at(1), finishedAt: at(9) },
      'pending_approval:skipped queued:done executing:skipped completed:skipped failed:done cancelled:skipped',
    ],
  ])('of one that %s', (_, change, expected) => {
    expect(states({ ...asked, ...change })).toBe(expected)
  })

  it('says for whom it waits, and who approved', () => {
    expect(railOf({ ...asked, requiredApprovals: 2, approvalsSoFar: 1 })[0]?.note).toBe(
      'Waits for 1 of 2 approvals, from somebody else than Maya',
    )
    const approved = railOf({ ...asked, status: 'queued', approvedBy: [{ id: 'a', name: 'Ana' }], approvedAt: at(1) })
    expect(approved[0]).toMatchObject({ state: 'done', who: 'Ana', at: at(1) })
  })

  it('says why it ended', () => {
    const failed = railOf({ ...asked, status: 'failed', reason: 'does_not_exist', detail: 'pid 4711 is gone' })
    expect(failed.find(({ id }) => id === 'failed')?.note).toBe(
      'What it was aimed at is not there (any more). pid 4711 is gone',
    )
  })
})
