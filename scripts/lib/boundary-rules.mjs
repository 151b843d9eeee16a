/** Each room and what it may reach; an arrow that is not here is an error. `base` moves the same rules onto a fixture. */
const arrows = {
  'packages/contract': [],
  'packages/protections': ['packages/contract'],
  'packages/actions': ['packages/contract'],
  'packages/uplink': ['packages/contract'],
  'packages/monitor': ['packages/contract', 'packages/protections', 'packages/uplink'],
  'packages/postgres': [],
  'packages/testkit': ['packages/contract', 'packages/postgres'],
  'apps/server': ['packages/contract', 'packages/protections', 'packages/actions', 'packages/postgres'],
  'apps/agent': ['packages/contract', 'packages/actions', 'packages/uplink'],
  'apps/console': ['packages/contract'],
  'apps/cli': [
    'packages/contract',
    'packages/protections',
    'packages/actions',
    'packages/monitor',
    'packages/uplink',
    'packages/postgres',
  ],
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

export const rules = (base) => [
  {
    name: 'no-cycles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  ...Object.entries(arrows).map(([room, allowed]) => ({
    name: `arrows-of-${room.replace('/', '-')}`,
    severity: 'error',
    from: { path: `^${escape(base + room)}/` },
    to: {
      path: `^${escape(base)}(packages|apps|examples)/`,
      pathNot: `^(${[room, ...allowed].map((place) => escape(base + place)).join('|')})/`,
    },
  })),
  {
    name: 'server-takes-only-specs',
    severity: 'error',
    from: { path: `^${escape(base)}apps/server/` },
    to: {
      path: `^${escape(base)}packages/(protections|actions)/src/`,
      pathNot: `^${escape(base)}packages/(protections|actions)/src/specs\\.ts$`,
    },
  },
  {
    name: 'features-meet-at-their-doors',
    severity: 'error',
    from: { path: `^${escape(base)}apps/server/src/features/([^/]+)/` },
    to: {
      path: `^${escape(base)}apps/server/src/features/`,
      pathNot: [`^${escape(base)}apps/server/src/features/$1/`, '/index\\.ts$'],
    },
  },
  {
    name: 'platform-knows-no-feature',
    severity: 'error',
    from: { path: `^${escape(base)}apps/server/src/platform/` },
    to: { path: `^${escape(base)}apps/server/src/features/` },
  },
]
