import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'CodeInjection',
  title: 'Code Injection',
  summary: 'A value from the request becomes part of JavaScript that the app runs.',
  severity: 'critical',
  defaultAction: 'block',
  kinds: ['code'],
  settings: {},
  explanation: {
    what: 'Text that a client sent is run as JavaScript inside the app: it can do everything that the app can.',
    whatToDo:
      'Do not build code from text. Read data with JSON.parse, look functions up in an object of your own, and use a small expression language where users write formulas.',
    references: [
      { scheme: 'CWE', id: 'CWE-94', title: 'Code Injection', url: 'https://cwe.mitre.org/data/definitions/94.html' },
      { scheme: 'CWE', id: 'CWE-95', title: 'Eval Injection', url: 'https://cwe.mitre.org/data/definitions/95.html' },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
      {
        scheme: 'ATT&CK',
        id: 'T1059',
        title: 'Command and Scripting Interpreter',
        url: 'https://attack.mitre.org/techniques/T1059/',
      },
    ],
  },
} as const satisfies ProtectionSpec
