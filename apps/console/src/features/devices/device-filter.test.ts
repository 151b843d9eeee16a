import { DeviceFilter } from '@riposte/contract'
import { describe, expect, it } from 'vitest'
import { readDeviceFilter } from './device-filter.ts'

describe('the device filter', () => {
  it.each([
    ['web', { text: 'web' }],
    ['state:held online:no', { state: ['held'], online: false }],
    ['group:"front row" tag:pci tag:eu', { group: ['front row'], tag: ['pci', 'eu'] }],
    ['contained:yes capability:isolate_device', { contained: true, capability: 'isolate_device' }],
  ])('reads %j as the server does', (typed, expected) => {
    const { filter, mistakes } = readDeviceFilter(typed)
    expect(mistakes).toEqual([])
    expect(DeviceFilter.parse(filter)).toEqual(expected)
  })

  it('names what is allowed', () => {
    expect(readDeviceFilter('state:gone').mistakes).toEqual(['state is one of active, held, retired; given gone'])
  })
})
