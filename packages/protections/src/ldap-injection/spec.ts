import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'LdapInjection',
  title: 'LDAP Injection',
  summary: 'A value from the request changes the structure of an LDAP filter or name.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['ldap'],
  settings: {},
  explanation: {
    what: 'Text that a client sent is read as a part of the search itself: other entries are found than the app meant, or a check always holds.',
    whatToDo:
      'Build filters from objects (`EqualityFilter`) or escape values as RFC 4515 says, and names as RFC 4514 says.',
    references: [
      { scheme: 'CWE', id: 'CWE-90', title: 'LDAP Injection', url: 'https://cwe.mitre.org/data/definitions/90.html' },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
    ],
  },
} as const satisfies ProtectionSpec
