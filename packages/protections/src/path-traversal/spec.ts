import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'PathTraversal',
  title: 'Path Traversal',
  summary: 'A value from the request leads a file operation out of the folder that the app meant.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['file'],
  settings: {},
  explanation: {
    what: 'A path that a client sent reaches files outside of the folder that the app serves from: it can read secrets and code, or overwrite them.',
    whatToDo:
      'Resolve the path, then check that it still begins with the folder. Better: let clients name files by an id that you look up.',
    references: [
      { scheme: 'CWE', id: 'CWE-22', title: 'Path Traversal', url: 'https://cwe.mitre.org/data/definitions/22.html' },
      {
        scheme: 'OWASP',
        id: 'A01:2021',
        title: 'Broken Access Control',
        url: 'https://owasp.org/Top10/A01_2021-Broken_Access_Control/',
      },
      {
        scheme: 'ATT&CK',
        id: 'T1083',
        title: 'File and Directory Discovery',
        url: 'https://attack.mitre.org/techniques/T1083/',
      },
    ],
  },
} as const satisfies ProtectionSpec
