import type { Input, OperationOf } from '@riposte/contract'

type Request = Omit<OperationOf<'request'>, 'kind'>

/** One call of an app and the values of the request. */
export interface Case extends Request {
  readonly says: string
  /** Texts are values whose name says nothing. */
  readonly values: readonly (string | Input)[]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const from = (source: string, path: string, value: string): Input => ({ source, path, value })
const own = 'http://127.0.0.1/'
const metadata = 'http://169.254.169.254/latest/meta-data/'

/** A value chose the host, and the host is inside. */
export const attacks: readonly Case[] = [
  { says: 'the whole URL', url: 'http://127.0.0.1:8080/admin', values: ['http://127.0.0.1:8080/admin'] },
  { says: 'the host alone', url: 'http://127.0.0.1:8080/admin', values: ['127.0.0.1'] },
  { says: 'host and port', url: 'http://127.0.0.1:8080/admin', values: ['127.0.0.1:8080'] },
  { says: 'scheme, host and port', url: 'https://10.0.0.5:8443/x', values: ['https', '10.0.0.5', '8443'] },
  { says: 'the host in two values', url: 'http://127.0.0.1/', values: ['127.0', '.0.1'] },
  { says: 'the URL in two values', url: 'http://127.0.0.1/a', values: ['http://127.0', '.0.1/a'] },
  { says: 'a name in two values', url: 'http://localhost/', values: ['local', 'host'] },
  { says: 'relative to the scheme', url: 'http://10.0.0.5/x', values: ['//10.0.0.5/x'] },
  { says: 'without a scheme', url: '127.0.0.1:8080/x', values: ['127.0.0.1:8080/x'] },
  { says: 'a name without a scheme', url: 'localhost:8080/x', values: ['localhost:8080/x'] },
  ...['127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '0x7f.0.0.1'].map(
    (host) => ({ says: 'an odd notation', url: `http://${host}/`, values: [host] }),
  ),
  ...['127.1', '2130706433', '0x7f.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127.0.0.1.', '%31%32%37.0.0.1'].map((host) => ({
    says: 'an odd notation that the client made plain',
    url: own,
    values: [`http://${host}/`],
  })),
  ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '[64:ff9b::7f00:1]'].map(
    (host) => ({
      says: 'IPv6',
      url: `http://${host}/`,
      values: [host],
    }),
  ),
  ...['[2002:a00:5::]', '[2001:0:1:1::f5ff:fffa]', '[fd00::1]', '[fe80::1]', '[ff02::1]', '[64:ff9b:1::a00:5]'].map(
    (host) => ({ says: 'IPv6', url: `http://${host}/`, values: [`http://${host}/`] }),
  ),
  { says: 'IPv6 without brackets', url: 'http://[::1]:80/', values: ['::1'] },
  { says: 'IPv6 written longer', url: 'http://[::1]/', values: ['0:0:0:0:0:0:0:1'] },
  ...['10.1.2.3', '172.16.0.1', '172.31.255.254', '192.168.1.1', '169.254.1.1', '100.64.0.1', '0.0.0.0', '0.1.2.3'].map(
    (host) => ({ says: 'an address inside', url: `http://${host}/`, values: [`http://${host}/`] }),
  ),
  ...['255.255.255.255', '224.0.0.1', '240.0.0.1', '198.18.0.1', '192.0.0.8'].map((host) => ({
    says: 'an address of no one',
    url: `http://${host}/`,
    values: [host],
  })),
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'printer.local',
    'db.internal',
    'wiki.corp',
    'nas.lan',
  ].map((host) => ({ says: 'a name inside', url: `http://${host}/`, values: [host] })),
  ...['orders-service', 'orders.shop.svc.cluster.local', 'kubernetes.default', 'host.docker.internal', 'redis'].map(
    (host) => ({ says: 'a service inside', url: `http://${host}:8080/`, values: [host] }),
  ),
  ...['127.0.0.1.nip.io', '10-0-0-5.sslip.io', 'a.0a000005.nip.io', 'x.localtest.me', '--1.sslip.io'].map((host) => ({
    says: 'a name that says its address',
    url: `http://${host}/`,
    values: [host],
  })),
  { says: 'what name service answered', url: 'http://evil.example/', address: '10.0.0.5', values: ['evil.example'] },
  { says: 'an IPv6 answer', url: 'http://evil.example/', address: '::ffff:a00:5', values: ['http://evil.example/'] },
  { says: 'an answer with a zone', url: 'http://evil.example/', address: 'fe80::1%eth0', values: ['evil.example'] },
  { says: 'metadata', url: metadata, values: [metadata] },
  { says: 'metadata by name', url: 'http://metadata.google.internal/x', values: ['metadata.google.internal'] },
  { says: 'metadata, the zone by the app', url: 'http://metadata.google.internal/', values: ['metadata.google'] },
  { says: 'metadata over IPv6', url: 'http://[fd00:ec2::254]/', values: ['[fd00:ec2::254]'] },
  { says: 'metadata elsewhere', url: 'http://100.100.100.200/', values: ['100.100.100.200'] },
  { says: 'metadata by a Host header', url: metadata, values: [from('headers', 'host', '169.254.169.254')] },
  { says: 'a user name before it', url: 'http://good.example@127.0.0.1/', values: ['http://good.example@127.0.0.1/'] },
  { says: 'the authority goes on', url: 'https://api.example.com@127.0.0.1/', values: ['@127.0.0.1/'] },
  { says: 'the same, made plain by the client', url: 'https://127.0.0.1/', values: ['@0x7f.1/'] },
  { says: 'the port goes on', url: 'https://api.example.com:80@10.0.0.5/', values: [':80@10.0.0.5/'] },
  { says: 'the name goes on', url: 'https://api.example.com.evil.internal/', values: ['.evil.internal'] },
  { says: 'a name after the app’s label', url: 'http://img.localhost/', values: ['localhost'] },
  { says: 'the app’s ending made a fragment', url: 'http://127.0.0.1#.example.com', values: ['127.0.0.1#'] },
  { says: 'the app’s ending made a path', url: 'http://10.0.0.5/.example.com', values: ['10.0.0.5/'] },
  { says: 'the app’s ending made a query', url: 'http://10.0.0.5?.example.com', values: ['10.0.0.5?'] },
  { says: 'the app’s ending made a port and path', url: 'http://10.0.0.5:80/.example.com', values: ['10.0.0.5:80/'] },
  { says: 'backslashes', url: 'http:\\\\127.0.0.1\\x', values: ['\\\\127.0.0.1\\x'] },
  { says: 'one slash', url: 'http:/127.0.0.1/x', values: ['http:/127.0.0.1/x'] },
  { says: 'no slash', url: own, values: ['http:127.0.0.1/'] },
  { says: 'line breaks and tabs inside', url: 'http://127.0.0.1/', values: ['ht\ntp://127.\t0.0.1/'] },
  { says: 'the same, as the app has it', url: 'ht\ntp://127.\t0.0.1/', values: ['ht\ntp://127.\t0.0.1/'] },
  { says: 'white space around', url: own, values: [' http://127.0.0.1/ '] },
  { says: 'another case', url: 'http://localhost/', values: ['HTTP://LocalHost/'] },
  { says: 'letters that fold', url: 'http://localhost/', values: ['http://ⓛocalhost/'] },
  { says: 'URL-encoded', url: own, values: [encodeURIComponent(own)] },
  { says: 'URL-encoded twice', url: own, values: [encodeURIComponent(encodeURIComponent(own))] },
  { says: 'base64', url: own, values: [base64(own)] },
  { says: 'base64 of a short host', url: 'http://127.1/', values: [base64('127.1')] },
  { says: 'hex', url: own, values: [Buffer.from(own).toString('hex')] },
  { says: 'in JSON', url: own, values: [JSON.stringify({ webhook: own })] },
  { says: 'in a text with other words', url: own, values: [`look at ${own}, please`] },
  { says: 'in markup', url: own, values: [`<img src="${own}">`] },
  { says: 'one of a list', url: 'http://10.0.0.5/', values: ['example.com, 10.0.0.5'] },
  { says: 'a part of the URL', url: 'http://10.0.0.5:9000/health', values: ['http://10.0.0.5/x?y'] },
  { says: 'a path by the app', url: 'http://10.0.0.5/x/v1/items', values: ['http://10.0.0.5/x'] },
  { says: 'a header of the app', url: own, values: [from('headers', 'x-callback', own)] },
  { says: 'a service by name', url: 'http://users:3000/', values: [from('query', 'service', 'users')] },
  {
    says: 'the host, with the same value in the query',
    url: 'http://10.0.0.5/?q=10.0.0.5',
    values: ['10.0.0.5', '10.0.0.5'],
  },
  {
    says: 'the host, with another value around the one in the query',
    url: 'http://10.0.0.5/?q=1=10.0.0.5',
    values: ['10.0.0.5', '1=10.0.0.5'],
  },
  {
    says: 'a redirect from a host that a value chose',
    url: own,
    redirectedFrom: 'https://evil.example/a',
    values: ['https://evil.example/a'],
  },
  {
    says: 'a redirect to a host that a value chose',
    url: 'http://10.0.0.5/',
    redirectedFrom: 'https://partner.example/go?to=http://10.0.0.5/',
    values: ['http://10.0.0.5/'],
  },
  {
    says: 'a redirect to a name that leads inside',
    url: 'http://b.example/',
    address: '192.168.0.1',
    redirectedFrom: 'http://a.example/',
    values: ['a.example'],
  },
  { says: 'a redirect to metadata by anybody', url: metadata, redirectedFrom: 'https://partner.example/', values: [] },
  {
    says: 'too many redirects',
    url: 'https://b.example/',
    redirectedFrom: 'https://a.example/',
    hops: 6,
    values: ['a.example'],
  },
  { says: 'a file', url: 'file:///etc/passwd', values: ['file:///etc/passwd'] },
  { says: 'gopher', url: 'gopher://example.com:70/_x', values: ['gopher://example.com:70/_x'] },
  { says: 'gopher to the machine itself', url: 'gopher://127.1:6379/_x', values: ['gopher://127.1:6379/_x'] },
  { says: 'a scheme alone', url: 'dict://cache.example:11211/', values: ['dict'] },
  { says: 'ldap', url: 'ldap://example.com/', values: ['LDAP://example.com/'] },
]

/** The host is public, or the app's own. */
export const benign: readonly Case[] = [
  ...[
    'https://example.com/a.png',
    'http://93.184.215.14/',
    'http://[2606:4700::1111]/',
    'https://münchen.example/',
  ].map((url) => ({ says: 'a public host', url, values: [url] })),
  ...['http://203.0.113.9/', 'http://172.32.0.1/', 'http://100.128.0.1/', 'http://[2002:808:808::]/'].map((url) => ({
    says: 'an address outside',
    url,
    values: [url],
  })),
  { says: 'a public answer', url: 'https://example.com/', address: '93.184.215.14', values: ['example.com'] },
  { says: 'a value in the path', url: 'http://orders.internal:8080/items/abc', values: ['abc'] },
  { says: 'a value in the query', url: 'http://10.0.0.5/search?q=shoes', values: ['shoes'] },
  { says: 'the host’s own text in the query', url: 'http://10.0.0.5/search?q=10.0.0.5', values: ['10.0.0.5'] },
  { says: 'the same in the path', url: 'http://orders.internal/hosts/orders.internal', values: ['orders.internal'] },
  {
    says: 'a URL in the query',
    url: 'http://10.0.0.5/go?u=http%3A%2F%2F10.0.0.5%2F',
    values: ['http://10.0.0.5/'],
  },
  { says: 'another URL in the query', url: 'http://proxy.internal/?u=http://10.0.0.5/', values: ['http://10.0.0.5/'] },
  { says: 'a part of an address', url: 'http://10.0.0.5/items?limit=5', values: ['5', '10', '0'] },
  { says: 'a version and a number', url: 'http://10.0.0.5/', values: ['10.0.0', '5'] },
  { says: 'numbers', url: 'http://127.0.0.1:9200/', values: ['127', '0', '1', '9200'] },
  { says: 'a port', url: 'http://127.0.0.1:9200/', values: ['9200'] },
  { says: 'a tenant below the app’s zone', url: 'http://maya.internal.example/', values: ['maya'] },
  { says: 'a tenant with a private answer', url: 'https://maya.corp.example/', address: '10.0.0.5', values: ['maya'] },
  { says: 'a service in the app’s zone', url: 'http://orders.internal/', values: ['orders'] },
  { says: 'a word', url: 'http://users:3000/list', values: [from('query', 'type', 'users')] },
  { says: 'a word in a body', url: 'http://search/', values: [from('body', 'items[0].kind', 'search')] },
  { says: 'a Host header', url: 'http://localhost:3000/api', values: [from('headers', 'host', 'localhost:3000')] },
  {
    says: 'an Origin',
    url: 'http://localhost:3000/',
    values: [from('headers', 'headers.origin', 'http://localhost:3000')],
  },
  { says: 'a Referer', url: 'http://localhost:3000/', values: [from('headers', 'referer', 'http://localhost:3000/')] },
  {
    says: 'the client’s address',
    url: 'http://127.0.0.1:9200/',
    values: [from('headers', 'x-forwarded-for', '127.0.0.1')],
  },
  { says: 'a name in prose', url: 'http://localhost:8080/', values: ['my localhost is broken, see localhost'] },
  { says: 'another URL in prose', url: 'http://localhost:8080/v1', values: ['open http://localhost:8080/ first'] },
  { says: 'another port', url: 'http://localhost:8080/v1', values: ['http://localhost:3000/done'] },
  { says: 'a mail address', url: 'http://mail.corp.local/', values: ['bob@corp.local'] },
  { says: 'the app’s own metadata service', url: metadata, values: ['abc', 'latest'] },
  { says: 'its own calls inside', url: 'http://10.0.0.5/', values: ['https://example.com/', 'example.com'] },
  {
    says: 'a redirect inside by a service of the app',
    url: 'http://orders.internal/v2/',
    redirectedFrom: 'http://orders.internal/v1/',
    hops: 1,
    values: ['abc'],
  },
  {
    says: 'a redirect to a public host',
    url: 'https://b.example/',
    redirectedFrom: 'https://a.example/',
    hops: 5,
    values: ['a.example'],
  },
  { says: 'many redirects of the app’s own', url: 'https://b.example/', hops: 9, values: ['abc'] },
  { says: 'data in a URL', url: 'data:text/plain,hi', values: ['data:text/plain,hi'] },
  { says: 'no URL', url: '', values: ['', ' '] },
  { says: 'a file of the app', url: 'file:///srv/a.json', values: [from('query', 'type', 'file')] },
]
