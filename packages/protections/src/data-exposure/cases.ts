import { createHash, generateKeyPairSync, createHmac } from 'node:crypto'
import type { Input } from '@riposte/contract'
import { base62, crc32, passesLuhn } from '../secrets/checksums.ts'
import type { Settings } from './exposures.ts'

export interface Case {
  readonly name: string
  readonly body: unknown
  readonly type?: string
  readonly inputs?: readonly Input[]
  readonly settings?: Partial<Settings>
  readonly userId?: string
  /** What must not stand in a finding. */
  readonly hidden?: string
}

/** The same random letters each time. */
export function letters(
  seed: string,
  length: number,
  alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
): string {
  let text = ''
  for (let round = 0; text.length < length; round += 1)
    for (const byte of createHash('sha256').update(`${seed}${round}`).digest())
      text += alphabet.charAt(byte % alphabet.length)
  return text.slice(0, length)
}

export function withCrc(prefix: string, seed: string): string {
  const random = letters(seed, 30)
  return prefix + random + base62(crc32(random), 6)
}

export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', 'moon').update(text).digest('base64url')}`
}

export function card(start: string, length: number): string {
  const base = start + letters(start, length - start.length - 1, '0123456789')
  return base + ('0123456789'.split('').find((digit) => passesLuhn(base + digit)) ?? '')
}

export const pem = (type: 'rsa' | 'ec', format: 'pkcs8' | 'pkcs1' | 'sec1'): string =>
  type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
        .privateKey.export({ type: format === 'sec1' ? 'pkcs8' : format, format: 'pem' })
        .toString()
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: format === 'pkcs1' ? 'pkcs8' : format, format: 'pem' })
        .toString()

const from = (path: string, value: string): Input => ({ source: 'body', path, value })
const github = withCrc('ghp_', 'one')
const token = jwt({ sub: '7', name: 'Maya' })
const bcrypt = `$2b$12$${letters('salt', 53, './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')}`
const argon = `$argon2id$v=19$m=65536,t=3,p=4$${letters('a', 22)}$${letters('b', 43)}`
const visa = card('4539', 16)
const grouped = visa.replaceAll(/(\d{4})(?=\d)/g, '$1 ')
const random = letters('r', 40)

export const attacks: readonly Case[] = [
  { name: 'a key of PKCS #8 in JSON', body: { config: { tls: pem('rsa', 'pkcs8') } } },
  { name: 'a key of PKCS #1 in a text', body: pem('rsa', 'pkcs1'), type: 'text/plain' },
  { name: 'a key of SEC 1', body: { key: pem('ec', 'sec1') } },
  {
    name: 'an OpenSSH key',
    body: `-----BEGIN OPENSSH PRIVATE KEY-----\n${letters('o', 70)}\n`,
    type: 'application/octet-stream',
  },
  { name: 'a GitHub token', body: { users: [{ note: github }] }, hidden: github },
  { name: 'a GitHub token in a page', body: `<p>deploy with ${github}</p>`, type: 'text/html', hidden: github },
  { name: 'an npm token', body: { log: `//registry.example/:_authToken=${withCrc('npm_', 'n')}` } },
  { name: 'an AWS key', body: { aws: { id: `AKIA${letters('k', 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}` } } },
  { name: 'an AWS secret under its name', body: { aws: { secretAccessKey: random } }, hidden: random },
  { name: 'a Stripe key', body: { payment: { key: `sk_live_${letters('s', 24)}` } } },
  { name: 'a Slack token', body: { slack: `xoxb-123456789012-1234567890123-${letters('x', 24)}` } },
  { name: 'an OpenAI key', body: `OPENAI=sk-proj-${letters('p', 60)}`, type: 'text/plain' },
  { name: 'a JSON Web Token of others', body: { sessions: [{ user: 7, token }] }, hidden: token },
  {
    name: 'a JSON Web Token in a dump',
    body: { error: { config: { headers: { Authorization: `Bearer ${token}` } } } },
  },
  { name: 'a token that no sign-in asked for', body: { id: 7, token }, inputs: [from('query.id', '7')] },
  { name: 'a token of a sign-in, where asked for', body: { access_token: token }, settings: { issuedTokens: true } },
  { name: 'a connection string', body: { db: 'postgres://app:h-unter2@db.internal:5432/shop' }, hidden: 'h-unter2' },
  {
    name: 'a connection string, escaped',
    body: String.raw`{"db":"mongodb+srv:\/\/app:h-unter2@db.internal\/shop"}`,
    hidden: 'h-unter2',
  },
  {
    name: 'a connection string of ADO',
    body: { db: 'Server=db;Database=shop;User Id=app;Password=h-unter2;' },
    hidden: 'h-unter2',
  },
  {
    name: 'an Azure key',
    body: { s: `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${letters('z', 86)}==` },
  },
  { name: 'a bcrypt hash', body: { users: [{ name: 'maya', pw: bcrypt }] }, hidden: bcrypt },
  { name: 'an Argon2 hash in a table', body: `name,pw\nmaya,${argon}\n`, type: 'text/csv', hidden: argon },
  { name: 'a crypt hash', body: { shadow: `root:$6$rounds=5000$${letters('c', 16)}$${letters('d', 86)}:19000` } },
  { name: 'a scrypt hash', body: { h: `$scrypt$ln=16,r=8,p=1$${letters('e', 22)}$${letters('f', 43)}` } },
  { name: 'a hash of Django', body: { h: `pbkdf2_sha256$600000$${letters('g', 22)}$${letters('h', 43)}=` } },
  { name: 'a card number', body: { cardNumber: visa }, hidden: visa },
  { name: 'a card number, grouped, in prose', body: { note: `paid with ${grouped} yesterday` }, hidden: grouped },
  { name: 'a card number that is a number', body: { payment: { card: { number: Number(visa) } } }, hidden: visa },
  {
    name: 'a card of 15 digits in a page',
    body: `<td>${card('37', 15).replace(/(\d{4})(\d{6})/, '$1 $2 ')}</td>`,
    type: 'text/html',
  },
  { name: 'a card number in a table', body: `name,card\nMaya,${visa}\n`, type: 'text/csv', hidden: visa },
  { name: 'an IBAN', body: { account: 'GB29 NWBK 6016 1331 9268 19' }, hidden: '6016' },
  {
    name: 'an IBAN in a text',
    body: 'Send it to DE89370400440532013000 please',
    type: 'text/plain',
    hidden: '0532013000',
  },
  { name: 'a social security number', body: { ssn: '219-09-9999' }, hidden: '219-09-9999' },
  { name: 'a taxpayer number', body: { cpf: '529.982.247-25' } },
  { name: 'a password', body: { user: { id: 1, password: 'moon' } }, hidden: 'moon' },
  { name: 'a password that was just sent', body: { password: 'moon' }, inputs: [from('body.password', 'moon')] },
  { name: 'a hash by its name alone', body: { PASSWORD_HASH: letters('m', 64, '0123456789abcdef') } },
  { name: 'a salt', body: { salt: letters('m', 32, '0123456789abcdef') } },
  {
    name: 'a field that the app named',
    body: { items: [{ cost_price: 4.5 }] },
    settings: { internalFields: ['costPrice'] },
  },
  { name: 'JSON in a text of JSON', body: { payload: JSON.stringify({ user: { password: 'moon' } }) }, hidden: 'moon' },
  {
    name: 'lines of JSON',
    body: '{"id":1}\n{"id":2,"password":"moon"}\n',
    type: 'application/x-ndjson',
    hidden: 'moon',
  },
  {
    name: 'events',
    body: 'event: user\ndata: {"id":2,"password":"moon"}\n\n',
    type: 'text/event-stream',
    hidden: 'moon',
  },
  { name: 'JSON that breaks off', body: '{"users":[{"id":1,"password":"moon"},{"na' },
  { name: 'JSON that says it is a page', body: '{"password":"moon"}', type: 'text/html' },
  { name: 'JSON that says it is a file', body: '{"password":"moon"}', type: 'application/octet-stream' },
  { name: 'JSON after a guard', body: ')]}\',\n{"password":"moon"}' },
  { name: 'a name in escapes', body: String.raw`{"p\u0061ssword":"moon"}` },
  { name: 'NUL and half a character', body: '{"a":"\u0000\ud800","password":"moon\u0000"}' },
  { name: 'a file of settings', body: 'PORT=80\nDB_PASSWORD=h-unter2\n', type: 'text/plain', hidden: 'h-unter2' },
  {
    name: 'XML',
    body: '<user><name>maya</name><password>moon</password></user>',
    type: 'application/xml',
    hidden: 'moon',
  },
  {
    name: 'a record of another',
    body: [
      { id: 1, userId: 7 },
      { id: 2, userId: 8 },
    ],
    settings: { ownerFields: ['userId'] },
    userId: '7',
  },
  {
    name: 'a record of another, by a path',
    body: { doc: { owner: { id: 'u8' } } },
    settings: { ownerFields: ['owner.id'] },
    userId: 'u7',
  },
  { name: 'deeper than is kept', body: `${'{"a":'.repeat(200)}{"password":"moon"}${'}'.repeat(200)}` },
]

const uuid = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const sha = letters('g', 40, '0123456789abcdef')

export const benign: readonly Case[] = [
  {
    name: 'products',
    body: Array.from({ length: 20 }, (_, n) => ({
      id: n,
      sku: `LAMP-${n}`,
      ean: '4006381333931',
      price: 19.9,
      image: `https://cdn.example.com/${sha}/lamp.jpg`,
    })),
  },
  {
    name: 'orders',
    body: { orders: [{ orderNumber: visa, id: visa, trackingNumber: grouped, uuid, createdAt: 1_700_000_000_000 }] },
  },
  { name: 'ids that are numbers', body: { id: Number(visa), ids: [Number(visa)], next: 4539578763621486 } },
  { name: 'telephones', body: { phone: '+49 30 1234 5678 9012', mobile: '4539578763621486', fax: '(030) 123 456' } },
  {
    name: 'hashes',
    body: {
      commit: sha,
      etag: `"${sha}"`,
      integrity: `sha384-${letters('i', 64)}`,
      md5: letters('j', 32, '0123456789abcdef'),
    },
  },
  {
    name: 'times and places',
    body: { at: '2024-05-01T12:00:00.000Z', ns: '1714564800000000000', lat: 52.5200065999, lon: 13.40495399 },
  },
  { name: 'a picture in the document', body: { image: `data:image/png;base64,${letters('p', 5_000)}` } },
  { name: 'a token against forgery', body: { csrfToken: letters('c', 43), _csrf: letters('c', 32) } },
  { name: 'a cursor', body: { nextCursor: letters('c', 60), pageToken: 'eyJpZCI6MTIzfQ==', next: 'eyJpZCI6MTIzfQ' } },
  {
    name: 'a sign-in',
    body: { access_token: token, token_type: 'Bearer', expires_in: 3_600 },
    inputs: [from('body.password', 'moon')],
  },
  { name: 'a sign-in of which nothing is known', body: { data: { token } } },
  {
    name: 'a refresh',
    body: { accessToken: token, refreshToken: letters('r', 43) },
    inputs: [{ source: 'cookies', path: 'cookies.refresh_token', value: 'x' }],
  },
  {
    name: 'the token that the client came with',
    body: { you: token },
    inputs: [{ source: 'headers', path: 'headers.authorization', value: `Bearer ${token}` }],
  },
  { name: 'an address that is signed', body: { video: `https://stream.example.com/a.m3u8?token=${token}` } },
  {
    name: 'an address of a store that is signed',
    body: {
      url: `https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA${letters('k', 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}%2F20240501&X-Amz-Signature=${letters('s', 64, '0123456789abcdef')}`,
    },
  },
  { name: 'messages about a password', body: { errors: { password: 'is too short', secret: ['must not be empty'] } } },
  { name: 'a message at the field', body: { password: 'Must have at least 8 characters.' } },
  { name: 'labels', body: { login: { password: 'Passwort', email: 'E-Mail' }, form: { password: 'Password' } } },
  { name: 'no password', body: { password: null, secret: '', salt: 0, passwordHash: false } },
  {
    name: 'a password in stars',
    body: { password: '********', secret: '[REDACTED]', ssn: '***-**-9999', card: '**** **** **** 1234' },
  },
  {
    name: 'a schema',
    body: { properties: { password: { type: 'string', format: 'password' } }, required: ['password'] },
  },
  { name: 'samples of a documentation', body: { paths: { x: { example: { key: github, card: visa } } } } },
  { name: 'nutrition', body: { salt: '1.2 g', sugar: '5 g' } },
  { name: 'the last digits of a card', body: { card: { brand: 'visa', last4: '1234', expMonth: 12 } } },
  {
    name: 'keys for browsers',
    body: {
      firebase: { apiKey: `AIza${letters('f', 35)}` },
      stripe: { publishableKey: `pk_live_${letters('s', 24)}` },
      clientSecret: `pi_${letters('a', 24)}_secret_${letters('b', 25)}`,
    },
  },
  {
    name: 'an address without a password',
    body: { url: 'https://maya@example.com/a:b@c', git: 'ssh://git@example.com:22/x' },
  },
  {
    name: 'a place for a password',
    body: 'postgres://user:password@host/db or postgres://user:${PASSWORD}@host',
    type: 'text/html',
  },
  { name: 'a token with a wrong checksum, in prose', body: { text: `looks like ghp_${letters('w', 36)}` } },
  {
    name: 'the marker of a key alone',
    body: { help: 'The file begins with -----BEGIN PRIVATE KEY----- and ends so.' },
  },
  {
    name: 'a public key',
    body: { key: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) },
  },
  {
    name: 'a script',
    body: `!function(e,t){var n=e.password||"",r=t.secret;return n==r&&e.token!=="${sha}"}(a,b);//# sourceMappingURL=a.js.map`,
    type: 'text/javascript',
  },
  {
    name: 'a source map',
    body: {
      version: 3,
      sources: ['a.ts'],
      mappings: 'AAAA,SAASA,IAAIC'.repeat(50),
      sourcesContent: ['const password = input.value'],
    },
  },
  {
    name: 'a page with a form',
    body: '<input type="password" name="password"><p>Order no. 4539578763621486</p>',
    type: 'text/html',
  },
  {
    name: 'own records',
    body: [{ userId: 7 }, { userId: '7' }, { userId: null }],
    settings: { ownerFields: ['userId'] },
    userId: '7',
  },
  { name: 'records, and nobody is signed in', body: [{ userId: 8 }], settings: { ownerFields: ['userId'] } },
  {
    name: 'a field that is allowed',
    body: { settings: { apiKey: random } },
    settings: { allowedFields: ['settings.apiKey'] },
  },
  { name: 'kinds that nobody asked for', body: { card: visa }, settings: { kinds: ['keys'] } },
  { name: 'a picture', body: '\u0089PNG\r\n\u001a\n\ufffd\ufffd', type: 'image/png' },
  { name: 'nothing', body: '' },
]
