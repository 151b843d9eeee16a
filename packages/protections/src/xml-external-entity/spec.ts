import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'XmlExternalEntity',
  title: 'XML External Entity',
  summary: 'A document from the request declares entities that reach outside of it or grow without end.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['xml'],
  settings: {},
  explanation: {
    what: 'The document tells the parser to fetch a file or an address, or to repeat itself until the memory is full.',
    whatToDo:
      'Refuse documents with a DOCTYPE, leave entity expansion off (`noent: false`, `processEntities: false`), and never let a parser use the network.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-611',
        title: 'Improper Restriction of XML External Entity Reference',
        url: 'https://cwe.mitre.org/data/definitions/611.html',
      },
      {
        scheme: 'CWE',
        id: 'CWE-776',
        title: 'XML Entity Expansion',
        url: 'https://cwe.mitre.org/data/definitions/776.html',
      },
      {
        scheme: 'OWASP',
        id: 'A05:2021',
        title: 'Security Misconfiguration',
        url: 'https://owasp.org/Top10/A05_2021-Security_Misconfiguration/',
      },
    ],
  },
} as const satisfies ProtectionSpec
