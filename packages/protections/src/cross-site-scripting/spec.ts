import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'CrossSiteScripting',
  title: 'Cross-Site Scripting',
  summary: 'A value from the request changes the structure of a page that the app sends.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['html'],
  settings: {},
  explanation: {
    what: 'Text that a client sent stands in a page as markup or script: whoever opens the page runs it with their own session.',
    whatToDo:
      'Let the template engine escape (`{{ }}`, `<%= %>`), never mark values from a request as safe, put data for scripts into a JSON element with `<` escaped, and allow only http and https in links.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-79',
        title: 'Cross-site Scripting',
        url: 'https://cwe.mitre.org/data/definitions/79.html',
      },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
      {
        scheme: 'ATT&CK',
        id: 'T1189',
        title: 'Drive-by Compromise',
        url: 'https://attack.mitre.org/techniques/T1189/',
      },
    ],
  },
} as const satisfies ProtectionSpec
