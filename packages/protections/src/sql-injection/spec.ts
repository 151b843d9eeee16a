import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'SqlInjection',
  title: 'SQL Injection',
  summary: 'A value from the request becomes part of a database statement instead of a value in it.',
  severity: 'critical',
  defaultAction: 'block',
  kinds: ['sql'],
  settings: {},
  explanation: {
    what: 'Text that a client sent was put into an SQL statement and changed what the statement does: it can read, change or delete data that the client should not reach.',
    whatToDo:
      'Hand the value to the driver as a parameter ($1, ?) and keep the statement constant. Where a column or a direction must be chosen by the client, look it up in a list of your own.',
    references: [
      { scheme: 'CWE', id: 'CWE-89', title: 'SQL Injection', url: 'https://cwe.mitre.org/data/definitions/89.html' },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
      {
        scheme: 'ATT&CK',
        id: 'T1190',
        title: 'Exploit Public-Facing Application',
        url: 'https://attack.mitre.org/techniques/T1190/',
      },
    ],
  },
} as const satisfies ProtectionSpec
