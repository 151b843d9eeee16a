import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'ServerSideRequestForgery',
  title: 'Server-Side Request Forgery',
  summary: 'A value from the request makes the app call an address that only the app should reach.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['request'],
  settings: {
    allowPrivateIPs: {
      kind: 'boolean',
      default: false,
      summary: 'Addresses of private networks may be reached with a host from the request.',
    },
    allowLocalhost: {
      kind: 'boolean',
      default: false,
      summary: 'The machine itself may be reached with a host from the request.',
    },
    allowCloudMetadata: {
      kind: 'boolean',
      default: false,
      summary: 'Metadata services of clouds may be reached.',
    },
    allowedDomains: {
      kind: 'texts',
      default: [],
      summary: 'Hosts that are never judged; `*.example.com` stands for every name below it.',
    },
    blockedDomains: {
      kind: 'texts',
      default: [],
      summary: 'Hosts that no request may name, whatever their address.',
    },
    maxRedirects: {
      kind: 'integer',
      default: 5,
      least: 0,
      most: 50,
      summary: 'How many redirects a call to a host from the request may follow.',
    },
  },
  explanation: {
    what: 'A client chose where the app sends a request, and chose an address inside: the machine itself, a private network, or the metadata service of a cloud, which hands out credentials.',
    whatToDo:
      'Let clients choose from a list of hosts of your own. Where any host must be possible, send through a proxy that refuses private addresses, and do not follow redirects.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-918',
        title: 'Server-Side Request Forgery',
        url: 'https://cwe.mitre.org/data/definitions/918.html',
      },
      {
        scheme: 'OWASP',
        id: 'A10:2021',
        title: 'Server-Side Request Forgery',
        url: 'https://owasp.org/Top10/A10_2021-Server-Side_Request_Forgery_%28SSRF%29/',
      },
      {
        scheme: 'ATT&CK',
        id: 'T1552.005',
        title: 'Cloud Instance Metadata API',
        url: 'https://attack.mitre.org/techniques/T1552/005/',
      },
    ],
  },
} as const satisfies ProtectionSpec
