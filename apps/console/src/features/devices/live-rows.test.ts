import { describe, expect, it } from 'vitest'
import { actOn, columnsOf, cellText } from './live-rows.ts'

const identity = { bootId: 'b', startTime: '42', exeSha256: null }

describe('what can be done with a live row', () => {
  it('pins the process that was seen, and says why one is protected', () => {
    expect(actOn('processes', { pid: 4711, name: 'x', identity, protected: null })).toEqual({
      label: 'Kill…',
      type: 'kill_process',
      parameters: { pid: 4711, identity },
      whyNot: null,
    })
    expect(actOn('processes', { pid: 1, identity, protected: 'It keeps the host running' })?.whyNot).toBe(
      'It keeps the host running',
    )
  })

  it('names the session, and leaves the one of the agent alone', () => {
    expect(actOn('sessions', { user: 'ana', id: '3', agent: false })).toMatchObject({
      parameters: { user: 'ana', session: '3' },
      whyNot: null,
    })
    expect(actOn('sessions', { user: 'root', id: '1', agent: true })?.whyNot).toBe(
      'The agent itself runs in this session',
    )
  })

  it.each(['203.0.113.7', '2001:db8::1'])('blocks %s', (remoteAddress) => {
    expect(actOn('connections', { remoteAddress })?.parameters).toEqual({ address: remoteAddress })
  })

  it.each(['0.0.0.0', '::', '::1', '127.0.0.53', null])('offers no block of %s', (remoteAddress) => {
    expect(actOn('connections', { remoteAddress })).toBeNull()
  })

  it('restores what the vault names', () => {
    expect(actOn('quarantine', { quarantine: 'q', path: '/x' })?.parameters).toEqual({ quarantine: 'q' })
  })

  it('shows what is known, or else whatever a host tells', () => {
    const rows = [{ pid: 1, odd: 2, name: 'init', identity }]
    expect(columnsOf('processes', rows).map(([name]) => name)).toEqual(['pid', 'name'])
    expect(columnsOf('containment', [{ type: 'block_ip', identity }]).map(([name]) => name)).toEqual(['type'])
  })
})

it('what would break a row or turn its text around is shown as an escape', () => {
  expect(cellText('sh -c echo a\necho b\tc')).toBe('sh -c echo a\\necho b\\tc')
  expect(cellText('cat\u202etxt.exe\u0007')).toBe('cat\\u202etxt.exe\\u0007')
  expect(cellText('grüße 日本')).toBe('grüße 日本')
})
