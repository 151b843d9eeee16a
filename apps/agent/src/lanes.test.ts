import { expect, test } from 'vitest'
import { Lanes } from './lanes.ts'

const never = new Promise<never>(() => undefined)
const quick = { timeoutMs: 5_000 }

test('one lane works in order, and another does not wait for it', async () => {
  const lanes = new Lanes()
  const order: string[] = []
  let open: (() => void) | undefined
  const slow = lanes.run('collection', {
    id: 'a',
    ...quick,
    work: async () => {
      await new Promise<void>((resolve) => (open = resolve))
      order.push('a')
    },
  })
  const behind = lanes.run('collection', { id: 'b', ...quick, work: () => Promise.resolve(order.push('b')) })
  await lanes.run('containment', { id: 'c', ...quick, work: () => Promise.resolve(order.push('c')) })
  expect(order).toEqual(['c'])
  open?.()
  await Promise.all([slow, behind])
  expect(order).toEqual(['c', 'a', 'b'])
})

test('what does not heed the signal is given up, and its lane goes on', async () => {
  const lanes = new Lanes({ graceMs: 20 })
  const hung = lanes.run('scripts', { id: 'hung', timeoutMs: 20, work: () => never })
  const next = lanes.run('scripts', { id: 'next', ...quick, work: () => Promise.resolve('ran') })
  expect(await hung).toEqual({ is: 'hung', aborted: 'timeout' })
  expect(await next).toEqual({ is: 'done', value: 'ran' })
})

test('what heeds the signal says why it ended', async () => {
  const lanes = new Lanes()
  const heeds = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
  expect(await lanes.run('files', { id: 'late', timeoutMs: 20, work: heeds })).toMatchObject({
    is: 'threw',
    aborted: 'timeout',
  })
  const asked = lanes.run('files', { id: 'asked', ...quick, work: heeds })
  await new Promise((resolve) => setImmediate(resolve))
  expect(lanes.cancel('asked')).toBe('asked')
  expect(await asked).toMatchObject({ is: 'threw', aborted: 'cancelled' })
})

test('what has not begun is taken out; what nobody knows is unknown', async () => {
  const lanes = new Lanes()
  let open: (() => void) | undefined
  const first = lanes.run('process', {
    id: 'first',
    ...quick,
    work: () => new Promise<void>((resolve) => (open = resolve)),
  })
  let ran = false
  void lanes.run('process', { id: 'second', ...quick, work: () => Promise.resolve((ran = true)) })
  await new Promise((resolve) => setImmediate(resolve))
  expect(lanes.cancel('second')).toBe('removed')
  expect(lanes.cancel('third')).toBe('unknown')
  open?.()
  await first
  await new Promise((resolve) => setImmediate(resolve))
  expect(ran).toBe(false)
})

test('a look happens in an idle lane only', async () => {
  const lanes = new Lanes()
  let looked = 0
  const look = { timeoutMs: 1_000, work: () => Promise.resolve(void (looked += 1)) }
  let open: (() => void) | undefined
  const first = lanes.run('containment', {
    id: 'x',
    ...quick,
    work: () => new Promise<void>((resolve) => (open = resolve)),
  })
  expect(await lanes.whenIdle('containment', look)).toBe(false)
  await new Promise((resolve) => setImmediate(resolve))
  open?.()
  await first
  expect(await lanes.whenIdle('containment', look)).toBe(true)
  expect(looked).toBe(1)
})
