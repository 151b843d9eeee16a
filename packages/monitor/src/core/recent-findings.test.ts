import type { IncidentReport } from '@riposte/contract/wire'
import { describe, expect, it } from 'vitest'
import { RecentFindings } from './recent-findings.ts'

const incident = { count: 1 } as IncidentReport

describe('equal findings of one second', () => {
  it('are one record whose count rises', () => {
    const recent = new RecentFindings()
    recent.remember('a', incident, 0)
    expect(recent.repeat('a', 10)?.count).toBe(2)
    expect(recent.repeat('a', 999)?.count).toBe(3)
  })

  it('are two records when a second lies between them', () => {
    const recent = new RecentFindings()
    recent.remember('a', incident, 0)
    expect(recent.repeat('a', 1_000)).toBeNull()
  })

  it('are held no longer than they count', () => {
    const recent = new RecentFindings()
    for (let at = 0; at < 10_000; at += 100) recent.remember(`finding ${at}`, incident, at)
    expect(recent.size).toBe(10)
  })

  it('count from when they were last new, and so stay in the order in which they end', () => {
    const recent = new RecentFindings()
    recent.remember('a', incident, 0)
    recent.remember('b', incident, 500)
    recent.remember('a', incident, 1_000)
    recent.remember('c', incident, 1_600)
    expect(recent.repeat('a', 1_700)).not.toBeNull()
    expect(recent.size).toBe(2)
  })

  it('are at most a thousand, of which the oldest go first', () => {
    const recent = new RecentFindings()
    for (let at = 0; at < 1_200; at += 1) recent.remember(`finding ${at}`, incident, 0)
    expect(recent.size).toBe(1_000)
    expect(recent.repeat('finding 199', 1)).toBeNull()
    expect(recent.repeat('finding 200', 1)).not.toBeNull()
  })
})
