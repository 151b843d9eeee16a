import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'OpenRedirect',
  title: 'Open Redirect',
  summary: 'A redirect leads to another site that the request named.',
  severity: 'medium',
  defaultAction: 'log',
  offUntilAsked: true,
  kinds: ['redirect'],
  settings: {
    allowedDomains: {
      kind: 'texts',
      default: [],
      summary: 'Hosts that redirects may lead to; `*.example.com` stands for every name below it.',
    },
  },
  explanation: {
    what: 'A link to your site ends on another one: people trust it, and tokens in the address may go along.',
    whatToDo: 'Redirect to paths of your own, or to hosts from a list; compare with `new URL(target, base).origin`.',
    references: [
      { scheme: 'CWE', id: 'CWE-601', title: 'Open Redirect', url: 'https://cwe.mitre.org/data/definitions/601.html' },
      {
        scheme: 'OWASP',
        id: 'A01:2021',
        title: 'Broken Access Control',
        url: 'https://owasp.org/Top10/A01_2021-Broken_Access_Control/',
      },
    ],
  },
} as const satisfies ProtectionSpec
