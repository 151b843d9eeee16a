import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Context, contexts } from '../core/context.ts'
import { defaultLimits } from '../core/limits.ts'
import { keepContext, setContextOf } from './keep-context.ts'

class Kept extends EventEmitter {}
keepContext(Kept.prototype)

const context = new Context(null, null, defaultLimits)
const other = new Context(null, null, defaultLimits)

/** What a listener sees when the event comes from `from`. */
function seenBy(emitter: EventEmitter, from: Context | null): Context | undefined {
  let seen: Context | undefined
  emitter.once('tell', () => (seen = contexts.getStore()))
  if (from) contexts.run(from, () => emitter.emit('tell'))
  else emitter.emit('tell')
  return seen
}

describe('the events of an emitter that has a context', () => {
  test.each([
    { name: 'nobody', from: null },
    { name: 'another request', from: other },
    { name: 'its own request', from: context },
  ])('run in it when they come from $name', ({ from }) => {
    const emitter = new Kept()
    setContextOf(emitter, context)
    expect(seenBy(emitter, from)).toBe(context)
  })

  test('leave the context of whoever emits as it was', () => {
    const emitter = new Kept()
    setContextOf(emitter, context)
    contexts.run(other, () => {
      emitter.emit('tell')
      expect(contexts.getStore()).toBe(other)
    })
    expect(contexts.getStore()).toBeUndefined()
  })

  test('carry all their arguments, answer as before, and throw what a listener throws', () => {
    const emitter = new Kept()
    setContextOf(emitter, context)
    expect(emitter.emit('tell')).toBe(false)
    const given: unknown[][] = []
    emitter.on('tell', (...args: unknown[]) => given.push(args))
    expect(emitter.emit('tell', 1, 2, 3, 4, 5)).toBe(true)
    expect(given).toEqual([[1, 2, 3, 4, 5]])
    expect(() => emitter.emit('error', new Error('as before'))).toThrow('as before')
  })
})

test('an emitter without one is left alone', () => {
  expect(seenBy(new Kept(), other)).toBe(other)
  expect(seenBy(new Kept(), null)).toBeUndefined()
})
