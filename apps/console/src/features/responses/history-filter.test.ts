import { ResponseFilter } from '@riposte/contract'
import { describe, expect, it } from 'vitest'
import { readHistoryFilter } from './history-filter.ts'

const id = '0190a8f0-0000-7000-8000-000000000001'

describe('the filter of the history', () => {
  it.each([
    ['status:failed status:cancelled', { status: ['failed', 'cancelled'] }],
    [`device:${id} type:kill_process web`, { deviceId: id, type: ['kill_process'], text: 'web' }],
    ['by:"Maya Stone" approver:ana', { submittedBy: 'm-1', approvedBy: 'a-1' }],
    ['by:m-9', { submittedBy: 'm-9' }],
    ['containment:drifted verification:inconclusive', { containment: ['drifted'], verification: ['inconclusive'] }],
    ['from:2026-01-31', { from: '2026-01-31T00:00:00.000Z' }],
  ])('reads %j as the server does', (typed, expected) => {
    const members = [
      { id: 'm-1', name: 'Maya Stone' },
      { id: 'a-1', name: 'Ana' },
    ]
    const { filter, mistakes } = readHistoryFilter(typed, members)
    expect(mistakes).toEqual([])
    expect(ResponseFilter.parse(filter)).toEqual(expected)
  })

  it('says what would be right', () => {
    expect(readHistoryFilter('status:done device:web-3').mistakes).toEqual([
      'status is one of pending_approval, queued, executing, completed, failed, cancelled; given done',
      'device is an id, 36 characters; given web-3',
    ])
  })
})
