import type { Role } from '@riposte/contract'
import { expect, test } from 'vitest'
import { decisionOf, mayVote, standing, type CastVote, type VotingRequest } from './may-vote.ts'

const now = new Date('2026-03-01T12:00:00Z')
const later = new Date('2026-03-01T12:00:00.001Z')
const request: VotingRequest = {
  submittedBy: 'ann',
  barred: ['rob'],
  version: 2,
  digest: 'd2',
  required: 2,
  decided: false,
  expiresAt: later,
  voters: ['eve'],
}
const seen = { version: 2, digest: 'd2' }

const table: [string, string, Role, Partial<VotingRequest>, typeof seen, string | null][] = [
  ['somebody else may', 'bob', 'approver', {}, seen, null],
  ['not who asked', 'ann', 'owner', {}, seen, 'approval.self'],
  ['not the owner of the automation that asked', 'rob', 'owner', {}, seen, 'approval.self'],
  ['not without the right', 'bob', 'viewer', {}, seen, 'auth.forbidden'],
  ['not twice', 'eve', 'approver', {}, seen, 'approval.twice'],
  ['not on an earlier version', 'bob', 'approver', {}, { version: 1, digest: 'd2' }, 'approval.changed'],
  ['not on another content', 'bob', 'approver', {}, { version: 2, digest: 'd1' }, 'approval.changed'],
  ['not when it was decided', 'bob', 'approver', { decided: true }, seen, 'approval.not_waiting'],
  ['not when it waits for nobody', 'bob', 'approver', { required: 0 }, seen, 'approval.not_waiting'],
  ['not at the moment when time is over', 'bob', 'approver', { expiresAt: now }, seen, 'approval.not_waiting'],
]
for (const [name, memberId, role, change, looked, code] of table)
  test(name, () => {
    expect(mayVote({ memberId, role }, { ...request, ...change }, looked, now)?.code ?? null).toBe(code)
  })

const vote = (memberId: string, change: Partial<CastVote> = {}): CastVote => ({
  memberId,
  decision: 'approve',
  version: 2,
  digest: 'd2',
  role: 'approver',
  ...change,
})

test('votes stand that are of this version, by people who may still give them', () => {
  const votes = [
    vote('bob'),
    vote('old', { version: 1 }),
    vote('other', { digest: 'd1' }),
    vote('gone', { role: null }),
    vote('demoted', { role: 'viewer' }),
    vote('ann'),
    vote('rob'),
  ]
  expect(standing(votes, request).map(({ memberId }) => memberId)).toEqual(['bob'])
})

test('it takes as many people as are asked for, and one refusal is enough', () => {
  expect(decisionOf([vote('bob')], 2)).toBe('waiting')
  expect(decisionOf([vote('bob'), vote('bob')], 2)).toBe('waiting')
  expect(decisionOf([vote('bob'), vote('eve')], 2)).toBe('approved')
  expect(decisionOf([vote('bob'), vote('eve'), vote('zoe', { decision: 'reject' })], 2)).toBe('rejected')
})
