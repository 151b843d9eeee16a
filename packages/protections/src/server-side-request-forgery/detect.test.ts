import { describe, expect, it } from 'vitest'
import { defaultSettings, type SettingsOf } from '../define.ts'
import { inspect } from '../inspect.ts'
import { attacks, benign, type Case } from './cases.ts'
import { detect } from './detect.ts'
import { spec } from './spec.ts'

type Settings = SettingsOf<typeof spec.settings>

const judged = ({ values, url, address, redirectedFrom, hops }: Omit<Case, 'says'>, settings: Partial<Settings> = {}) =>
  detect(
    {
      kind: 'request',
      url,
      ...(address === undefined ? {} : { address }),
      ...(redirectedFrom === undefined ? {} : { redirectedFrom }),
      ...(hops === undefined ? {} : { hops }),
    },
    values.map((value) => (typeof value === 'string' ? { source: 'input', path: 'input', value } : value)),
    { ...defaultSettings(spec.settings), ...settings },
  )

describe('a value that leads a call inside is found', () => {
  it.each(attacks)('$says: $url', (it) => {
    expect(judged(it)).not.toBeNull()
  })
})

describe('a call that the app means is not', () => {
  it.each(benign)('$says: $url', (it) => {
    expect(judged(it)).toBeNull()
  })
})

describe('settings', () => {
  const to = (host: string, address?: string) => {
    const text = host.includes(':') ? `[${host}]` : host
    return { url: `http://${text}/`, values: [text], ...(address === undefined ? {} : { address }) }
  }

  it.each([
    ['allowLocalhost', ['127.0.0.1', 'localhost', '::1', '0.0.0.0'], ['10.0.0.5', '169.254.169.254']],
    ['allowPrivateIPs', ['10.0.0.5', 'orders-service', 'fd00::1', '100.64.0.1'], ['127.0.0.1', '169.254.169.254']],
    ['allowCloudMetadata', ['169.254.169.254', 'metadata.google.internal'], ['127.0.0.1', '10.0.0.5']],
  ] as const)('%s lets its own kind through and no other', (name, allowed, refused) => {
    for (const host of allowed) {
      expect(judged(to(host)), host).not.toBeNull()
      expect(judged(to(host), { [name]: true }), host).toBeNull()
    }
    for (const host of refused) expect(judged(to(host), { [name]: true }), host).not.toBeNull()
  })

  it('allowedDomains are never judged', () => {
    expect(judged(to('orders.internal'), { allowedDomains: ['orders.internal'] })).toBeNull()
    expect(judged(to('a.b.internal'), { allowedDomains: ['*.b.internal'] })).toBeNull()
    expect(judged(to('b.internal'), { allowedDomains: ['*.b.internal'] })).not.toBeNull()
    expect(judged(to('xb.internal'), { allowedDomains: ['*.b.internal', 'b.internal'] })).not.toBeNull()
    expect(judged(to('127.1'), { allowedDomains: ['127.0.0.1'] })).toBeNull()
    expect(judged(to('::1'), { allowedDomains: ['::1'] })).toBeNull()
    expect(judged(to('orders.internal'), { allowedDomains: ['orders.internal:8080'] })).not.toBeNull()
  })

  it('blockedDomains are refused, whoever chose them', () => {
    const settings = { blockedDomains: ['Bad.example', '*.bad.example'] }
    expect(judged({ url: 'https://bad.example/', values: [] }, settings)).not.toBeNull()
    expect(judged({ url: 'https://a.bad.example./', values: ['a'] }, settings)).not.toBeNull()
    expect(judged({ url: 'https://notbad.example/', values: ['notbad.example'] }, settings)).toBeNull()
  })

  it('of two lists the closer entry decides, and of two alike the one that blocks', () => {
    const both = { allowedDomains: ['api.x.example'], blockedDomains: ['*.x.example'] }
    expect(judged({ url: 'https://api.x.example/', values: [] }, both)).toBeNull()
    expect(judged({ url: 'https://b.x.example/', values: [] }, both)).not.toBeNull()
    const alike = { allowedDomains: ['x.example'], blockedDomains: ['x.example'] }
    expect(judged({ url: 'https://x.example/', values: [] }, alike)).not.toBeNull()
  })

  it('maxRedirects counts only for hosts from the request', () => {
    const call = { url: 'https://b.example/', redirectedFrom: 'https://a.example/', hops: 3, values: ['a.example'] }
    expect(judged(call, { maxRedirects: 3 })).toBeNull()
    expect(judged(call, { maxRedirects: 2 })).not.toBeNull()
    expect(judged({ ...call, values: ['c.example'] }, { maxRedirects: 2 })).toBeNull()
  })
})

describe('a finding', () => {
  it('names the value and the part of the URL', () => {
    const finding = judged({ url: 'http://127.0.0.1:8080/x', values: ['safe', '127.0.0.1'] })
    expect(finding).toMatchObject({ input: { value: '127.0.0.1' }, operationSpan: { start: 7, end: 16 } })
    expect(finding?.reason).not.toContain('127')
  })

  it('is what inspect answers', () => {
    const operation = { kind: 'request', url: 'http://localhost:8080/x' }
    const request = { protection: 'ServerSideRequestForgery', operation }
    expect(inspect({ ...request, input: { query: { url: 'http://localhost:8080/x' } } })).toMatchObject({
      flagged: true,
    })
    expect(inspect({ ...request, input: { headers: { host: 'localhost:8080' } } })).toMatchObject({ flagged: false })
  })
})
