import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'NoSqlInjection',
  title: 'NoSQL Injection',
  summary: 'A value from the request becomes an operator or code of a database query instead of a value in it.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['nosql'],
  settings: {
    allowedOperators: {
      kind: 'texts',
      default: [],
      summary: 'Operators that clients of this app may send, such as $gte: for APIs whose query language has them.',
    },
  },
  explanation: {
    what: 'An object or a piece of code that a client sent stands in a query where a plain value was meant. It can make a condition always true, or run code in the database.',
    whatToDo:
      'Check that what comes from a request is a string or a number before it goes into a query, for instance with a schema. Do not build $where or $function from text.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-943',
        title: 'Improper Neutralization of Special Elements in Data Query Logic',
        url: 'https://cwe.mitre.org/data/definitions/943.html',
      },
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
