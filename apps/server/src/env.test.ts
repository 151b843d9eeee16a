import { expect, test } from 'vitest'
import { readEnv } from './env.ts'

const agents = (env: NodeJS.ProcessEnv) => readEnv(env, '/srv').agents

test("the agents' listener is where the API is, on a port of its own, unless it is said otherwise", () => {
  expect(agents({})).toEqual({ hosts: ['127.0.0.1'], port: 7476, addresses: null })
  expect(agents({ RIPOSTE_HOST: '0.0.0.0' }).hosts).toEqual(['0.0.0.0'])
  expect(
    agents({
      RIPOSTE_AGENT_HOST: '10.0.0.1, 2001:db8::1',
      RIPOSTE_AGENT_PORT: '443',
      RIPOSTE_AGENT_ADDRESSES: 'riposte.example:443,[2001:db8::1]:443',
    }),
  ).toEqual({
    hosts: ['10.0.0.1', '2001:db8::1'],
    port: 443,
    addresses: [
      { host: 'riposte.example', port: 443 },
      { host: '2001:db8::1', port: 443 },
    ],
  })
})

test('what is wrong is named with what would be right', () => {
  for (const wrong of ['riposte.example', 'riposte.example:0', 'a:65536', '2001:db8::1:443', 'https://a:1'])
    expect(() => agents({ RIPOSTE_AGENT_ADDRESSES: wrong }), wrong).toThrow('each must be host:port')
  expect(() => agents({ RIPOSTE_AGENT_PORT: 'x' })).toThrow('RIPOSTE_AGENT_PORT is "x"')
})
