import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'TemplateInjection',
  title: 'Template Injection',
  summary: 'A value from the request becomes part of a template that the app compiles.',
  severity: 'critical',
  defaultAction: 'block',
  kinds: ['template'],
  settings: {},
  explanation: {
    what: 'Text that a client sent is compiled as a template: templates are code, and run with everything that the app can do.',
    whatToDo: 'Compile templates only from your own files and hand values in as data.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-1336',
        title: 'Template Engine Injection',
        url: 'https://cwe.mitre.org/data/definitions/1336.html',
      },
      { scheme: 'CWE', id: 'CWE-94', title: 'Code Injection', url: 'https://cwe.mitre.org/data/definitions/94.html' },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
    ],
  },
} as const satisfies ProtectionSpec
