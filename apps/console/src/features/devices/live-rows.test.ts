import { describe, expect, it } from 'vitest'
import { actOn, addressOf, columnsOf } from './live-rows.ts'

const identity = { bootId: 'b', startTime: '42', exeSha256: null }

describe('what can be done with a live row', () => {
  it('pins the process that was seen', () => {
    const act = { label: 'Kill…', type: 'kill_process', parameters: { pid: 4711, identity } }
    expect(actOn('processes', { pid: 4711, name: 'x', identity })).toEqual(act)
    expect(actOn('processes', { pid: 4711, ...identity })).toEqual(act)
    expect(actOn('processes', { pid: 4711 })?.parameters).toEqual({ pid: 4711, identity: null })
    expect(actOn('processes', { pid: 1, identity })).toBeNull()
  })

  it('names one session, or all of a user', () => {
    expect(actOn('sessions', { user: 'ana', session: '3' })?.parameters).toEqual({ user: 'ana', session: '3' })
    expect(actOn('sessions', { user: 'ana' })?.parameters).toEqual({ user: 'ana', session: null })
  })

  it.each([
    ['203.0.113.7:443', '203.0.113.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('blocks the address of %s', (remote, address) => {
    expect(addressOf(remote)).toBe(address)
    expect(actOn('connections', { remote })?.parameters).toEqual({ address })
  })

  it.each(['0.0.0.0:0', '*:0', '[::]:0', '127.0.0.1:5432'])('offers no block of %s', (remote) => {
    expect(actOn('connections', { remote })).toBeNull()
  })

  it('shows what is known first, and then what else a host tells', () => {
    const rows = [{ pid: 1, odd: 2, name: 'init', identity }]
    expect(columnsOf('processes', rows).map(([name]) => name)).toEqual(['pid', 'name', 'odd'])
  })
})
