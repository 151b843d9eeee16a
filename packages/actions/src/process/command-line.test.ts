import { growth } from '@riposte/testkit/growth'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readableCommand } from './command-line.ts'

const secret = 'Tr0ub4dor'

describe('a secret in a command line', () => {
  test.each<[readonly string[], string]>([
    [['app', `--password=${secret}`], 'app --password=***'],
    [['app', '--password', secret], 'app --password ***'],
    [['app', '-token', secret, '-v'], 'app -token *** -v'],
    [['app', `--api-key=${secret}`], 'app --api-key=***'],
    [['app', `--db.password:${secret}`], 'app --db.password:***'],
    [['app', `/password:${secret}`], 'app /password:***'],
    [['java', `-Djavax.net.ssl.keyStorePassword=${secret}`], 'java -Djavax.net.ssl.keyStorePassword=***'],
    [['env', `PGPASSWORD=${secret}`, 'psql'], 'env PGPASSWORD=*** psql'],
    [['env', `AWS_SECRET_ACCESS_KEY=${secret}`], 'env AWS_SECRET_ACCESS_KEY=***'],
    [['sh', '-c', `cd /; TOKEN=${secret} curl x`], 'sh -c cd /; TOKEN=*** curl x'],
    [['sh', '-c', `export password="two ${secret}"; run`], 'sh -c export password=***; run'],
    [['curl', '-H', `Authorization: Bearer ${secret}`], 'curl -H Authorization: ***'],
    [['curl', '-H', `X-Api-Key: ${secret}`], 'curl -H X-Api-Key:***'],
    [['curl', '-d', `{"user":"a","password": "${secret}"}`], 'curl -d {"user":"a","password": ***}'],
    [['curl', '-u', `alice:${secret}`], 'curl -u alice:***'],
    [['curl', '--proxy-user', `alice:${secret}`], 'curl --proxy-user alice:***'],
    [['curl', `https://alice:${secret}@host/path`], 'curl https://alice:***@host/path'],
    [['app', `--url=https://alice:${secret}@host/`], 'app --url=https://alice:***@host/'],
    [['curl', `https://host/?a=1&access_key=${secret}&b=2`], 'curl https://host/?a=1&access_key=***&b=2'],
    [['/usr/bin/mysql', `-p${secret}`, 'shop'], '/usr/bin/mysql -p*** shop'],
    [['sshpass', '-p', secret, 'ssh', 'host'], 'sshpass -p *** ssh host'],
    [['redis-cli', '-a', secret], 'redis-cli -a ***'],
    [['openssl', '-passin', `pass:${secret}`], 'openssl -passin pass:***'],
    [['git', 'clone', `ghp_${secret}${secret}${secret}`], 'git clone ***'],
    [['x', 'AKIAIOSFODNN7EXAMPLE'], 'x ***'],
    [['x', `eyJhbGciOiJI.eyJzdWIiOiIx.${secret}`], 'x ***'],
  ])('%j', (args, shown) => {
    expect(readableCommand(args)).toBe(shown)
  })

  test.each<[readonly string[]]>([
    [['mysql', '-p', 'shop']],
    [['docker', 'run', '--user', '1000:1000', 'image']],
    [['ssh', '-p', '22', 'host']],
    [['ls', '--author', 'x=y']],
    [['app', '--token-file=/run/token']],
    [['psql', 'postgres://host:5432/db']],
    [['runuser', '-u', 'alice', '--', 'id']],
  ])('%j holds none, and is told whole', (args) => {
    expect(readableCommand(args)).toBe(args.join(' '))
  })
})

test('one line of bounded length without anything that could turn or hide what follows', () => {
  expect(readableCommand(['a\nb', 'c\u202Ed', '\u0000\u001b[2J'])).toBe('a�b c�d ��[2J')
  expect(readableCommand(['x'.repeat(600)])).toBe(`${'x'.repeat(511)}…`)
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 10, max: 600 }), (args, limit) => {
      const text = readableCommand(args, limit)
      expect(text.length).toBeLessThanOrEqual(limit)
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
    }),
  )
})

test('a value behind a name of a secret is never shown, whatever it is', () => {
  const value = fc.stringMatching(/^[A-Za-z0-9+/]{8,40}$/)
  const name = fc.constantFrom('password', 'PASSWD', 'api-key', 'client_secret', 'AUTH_TOKEN', 'private_key')
  fc.assert(
    fc.property(name, value, (key, hidden) => {
      for (const args of [
        ['app', `--${key}=${hidden}`],
        ['app', `--${key}`, hidden],
        ['sh', '-c', `true; ${key}='${hidden}' app`],
      ])
        expect(readableCommand(args)).not.toContain(hidden)
    }),
  )
})

test.each([
  ['one letter', 'a'],
  ['the beginning of an address', 'a://'],
  ['names without values', 'token= '],
  ['quotes that do not end', 'token="'],
  ['beginnings of tokens', 'eyJaaaaaaaa.'],
])('the time grows with the length of %s and not faster', (_, part) => {
  const look = (length: number) => {
    const line = part.repeat(length / part.length)
    return () => {
      for (let round = 0; round < 10; round += 1) readableCommand(['x', line], 100_000)
    }
  }
  // Up to the longest argument that is looked through.
  expect(growth(look(1_024), look(4_096), 8)).toBeLessThan(8)
})
