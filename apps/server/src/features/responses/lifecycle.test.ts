import { isFinal, responseStatuses, transitions, type TransitionName } from '@riposte/contract'
import { expect, test } from 'vitest'
import { after, pastWords, stepOf } from './lifecycle.ts'

const names = Object.keys(transitions) as TransitionName[]

test('nothing leaves a final status', () => {
  for (const name of names)
    for (const status of responseStatuses.filter(isFinal))
      for (const leased of [false, true]) expect(after(name, { status, leased }), `${name} of ${status}`).toBeNull()
})

test('nothing begins without having been queued, and nothing is queued but by consent', () => {
  expect(names.filter((name) => after(name, { status: 'pending_approval', leased: false }) === 'executing')).toEqual([])
  expect(names.filter((name) => after(name, { status: 'pending_approval', leased: false }) === 'queued')).toEqual([
    'approve',
  ])
  expect(names.filter((name) => transitions[name].to === 'executing')).toEqual(['start'])
})

test('once an agent has it, time and people only ask', () => {
  const leased = { status: 'queued', leased: true } as const
  for (const name of ['withdraw', 'supersede', 'expire', 'lease'] as const) expect(after(name, leased)).toBeNull()
  expect(after('request_cancel', leased)).toBe('queued')
  expect(after('agent_cancel', leased)).toBe('cancelled')
})

test('a reason that the table does not name is a bug', () => {
  expect(() => stepOf('fail')).toThrow('fail has no reason')
  expect(() => stepOf('reject', 'expired')).toThrow('reject has no reason expired')
  expect(stepOf('fail', 'partial')).toMatchObject({ to: 'failed', reason: 'partial' })
})

test('every transition has a word for the history', () => {
  expect(new Set(Object.values(pastWords)).size).toBe(names.length)
})
