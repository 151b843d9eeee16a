import { describe, expect, it } from 'vitest'
import { forms } from './forms.ts'

const encodeAll = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

describe('what an app may have made of a value', () => {
  it.each([
    ['the value itself', "it's", "it's"],
    ['URL-encoded', 'a%27%20or+1', "a' or 1"],
    ['URL-encoded twice', encodeAll(encodeAll("a' or 1")), "a' or 1"],
    ['base64', Buffer.from("a' or 1=1").toString('base64'), "a' or 1=1"],
    [
      'base64 of what languages take for white space',
      Buffer.from('a\v\f\tor\r\n1').toString('base64'),
      'a\v\f\tor\r\n1',
    ],
    ['hex', Buffer.from('1\vor 1').toString('hex'), '1\vor 1'],
    ['base64 in a URL', encodeURIComponent(Buffer.from("a' or 1>1??").toString('base64')), "a' or 1>1??"],
    ['entities', 'a&#39; or 1&equals;1', "a' or 1=1"],
    ['a text in JSON', '{"name":"a\\u0027 or 1"}', "a' or 1"],
    ['a text in JSON in a URL', encodeURIComponent('{"name":"a\' or 1"}'), "a' or 1"],
    ['compatible characters', 'ａ＇ or 1', "a' or 1"],
    ['without white space', "a' or 1", "a'or1"],
    ['cut at a separator', "name,a' or 1", "a' or 1"],
    ['cut after it was decoded', encodeURIComponent("name,a' or 1"), "a' or 1"],
  ])('%s', (_, value, form) => {
    expect(forms(value)).toContain(form)
  })

  it.each(['word', 'two words', 'Ada Lovelace', '2026-11-21T08:00:00.000Z', 'ada@example.org'])(
    'nothing but itself of %s',
    (value) => {
      expect(forms(value)).toEqual([value])
    },
  )

  it('is bounded in number and in length', () => {
    const hostile = encodeAll(Array.from({ length: 200 }, (_, n) => `'${n}%2527,`).join('"\\'))
    expect(forms(hostile).length).toBeLessThanOrEqual(48)
    expect(forms("'+%27,".repeat(20_000))).toHaveLength(1)
  })
})
