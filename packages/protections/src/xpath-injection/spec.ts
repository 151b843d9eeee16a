import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'XPathInjection',
  title: 'XPath Injection',
  summary: 'A value from the request changes the structure of an XPath expression.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['xpath'],
  settings: {},
  explanation: {
    what: 'Text that a client sent is read as a part of the expression itself: other nodes are found than the app meant.',
    whatToDo: 'Hand values in as variables of the expression, or compare them in code after a fixed query.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-643',
        title: 'XPath Injection',
        url: 'https://cwe.mitre.org/data/definitions/643.html',
      },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
    ],
  },
} as const satisfies ProtectionSpec
