import { expect, test } from 'vitest'
import { describeFailure } from './describe-failure.ts'

const failing = (code: string): Error => Object.assign(new Error('it failed'), { code })

test.each([
  ['a taken port', failing('EADDRINUSE'), 'EADDRINUSE', /RIPOSTE_PORT/],
  ['a folder that cannot be written', failing('EACCES'), 'EACCES', /RIPOSTE_DATA_DIR/],
  ['a database that is away', failing('ECONNREFUSED'), 'ECONNREFUSED', /RIPOSTE_DATABASE_URL/],
  ['a wrong database password', failing('28P01'), '28P01', /RIPOSTE_DATABASE_URL/],
  ['anything else', new Error('it failed'), 'failed', /^it failed$/],
])('%s is told with its code and a way out', (_name, error, code, message) => {
  expect(describeFailure(error)).toEqual({ code, message: expect.stringMatching(message) as string })
})
