import { Refusal } from './refusal.ts'

/** The number below which a page begins; `highest` for the first page. @throws Refusal when it is no cursor of ours */
export function readNumberCursor(cursor: string | undefined, highest: number): number {
  if (cursor === undefined || cursor === '') return highest
  const value = /^\d{1,16}$/.test(cursor) ? Number(cursor) : Number.NaN
  if (value <= highest) return value
  throw new Refusal('request.invalid', undefined, {
    errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
  })
}
