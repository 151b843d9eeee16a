import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'DataExposure',
  title: 'Data Exposure',
  summary: 'A response holds secrets, card numbers, internal fields or data of somebody else.',
  severity: 'high',
  defaultAction: 'log',
  offUntilAsked: true,
  withoutInputs: true,
  kinds: ['response'],
  settings: {},
  explanation: {
    what: 'What leaves the app holds data that its reader should not have: a secret, a card number, a field meant for the inside, or a record of another user.',
    whatToDo:
      'Name the fields that a response may have, select only those, and check who owns a record before it is sent.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-200',
        title: 'Exposure of Sensitive Information',
        url: 'https://cwe.mitre.org/data/definitions/200.html',
      },
      {
        scheme: 'CWE',
        id: 'CWE-213',
        title: 'Exposure Due to Incompatible Policies',
        url: 'https://cwe.mitre.org/data/definitions/213.html',
      },
      {
        scheme: 'OWASP',
        id: 'API3:2023',
        title: 'Broken Object Property Level Authorization',
        url: 'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
      },
    ],
  },
} as const satisfies ProtectionSpec
