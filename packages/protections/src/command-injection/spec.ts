import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'CommandInjection',
  title: 'Command Injection',
  summary: 'A value from the request becomes part of a command line instead of one argument in it.',
  severity: 'critical',
  defaultAction: 'block',
  kinds: ['shell', 'exec'],
  settings: {},
  explanation: {
    what: 'Text that a client sent added a word, an operator, a substitution or an option to a command that the app runs: it can run programs of its choice with the rights of the app.',
    whatToDo:
      'Run the program without a shell (execFile, spawn) and hand values over as arguments, behind a -- where the program takes one. Allow only values from a list of your own where you can.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-78',
        title: 'OS Command Injection',
        url: 'https://cwe.mitre.org/data/definitions/78.html',
      },
      {
        scheme: 'CWE',
        id: 'CWE-88',
        title: 'Argument Injection',
        url: 'https://cwe.mitre.org/data/definitions/88.html',
      },
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
