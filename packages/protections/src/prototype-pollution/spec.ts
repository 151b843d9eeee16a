import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'PrototypePollution',
  title: 'Prototype Pollution',
  summary: 'A value from the request names the prototype that all objects share.',
  severity: 'high',
  defaultAction: 'block',
  kinds: ['merge'],
  settings: {},
  explanation: {
    what: 'A name such as `__proto__` in the request leads a merge or a set by path to the object from which all others inherit: a property set there is set everywhere.',
    whatToDo:
      'Merge only names that you know, build maps with `Object.create(null)` or `Map`, and reject `__proto__`, `constructor` and `prototype` in names.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-1321',
        title: 'Prototype Pollution',
        url: 'https://cwe.mitre.org/data/definitions/1321.html',
      },
      { scheme: 'OWASP', id: 'A03:2021', title: 'Injection', url: 'https://owasp.org/Top10/A03_2021-Injection/' },
    ],
  },
} as const satisfies ProtectionSpec
