import { actionIds, environments, projectTypes, severities } from '@riposte/contract/wire'
import { protections, type SettingSpec, type SettingSpecs } from '@riposte/protections/catalog'
import { plannedProtections } from '@riposte/protections/planned'
import type { ActionName } from '../core/policy.ts'
import {
  boolean,
  describe,
  either,
  fraction,
  integer,
  list,
  object,
  oneOf,
  suggestion,
  text,
  type ConfigIssue,
  type Read,
  type Shape,
} from './shape.ts'

export const presets = ['cloud', 'desktop', 'shadow'] as const
export const logLevels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const

const protectionIds = protections.map((protection) => protection.spec.id as string)
const plannedIds = Object.keys(plannedProtections)
const allIds = [...protectionIds, ...plannedIds]
/** Those of protections that the app brought itself. */
export const ownProtectionIds = new Set<string>()

/** A known action, in any case, with `-` or `_`; another name is that of a custom action that code registers. */
const action: Shape<ActionName> = {
  schema: { type: 'string', description: `One of ${actionIds.join(', ')}, or the name of a registered custom action.` },
  read: (value, path, issues) => {
    if (typeof value !== 'string' || value === '') return oneOf('', actionIds).read(value, path, issues)
    const name = value.toLowerCase().replaceAll('-', '_')
    const known = actionIds.find((id) => id === name || id.replaceAll('_', '') === name)
    return known ?? `custom:${value}`
  },
}

const actionOrList: Shape<ActionName[]> = {
  schema: {
    anyOf: [action.schema, { type: 'array', items: action.schema }],
    description: 'What answers a finding: one action or several.',
  },
  read: (value, path, issues) => {
    if (Array.isArray(value)) return list(action, '').read(value, path, issues)
    const one = action.read(value, path, issues)
    return one === undefined ? undefined : [one]
  },
}

const anything = (description: string): Shape<unknown> => ({ schema: { description }, read: (value) => value })

const protectionFields = (settings: SettingSpecs | null) => ({
  enabled: boolean('Whether the protection judges at all.'),
  action: actionOrList,
  intervalMs: integer('How often an environment probe looks, in milliseconds.', 100, 86_400_000),
  config: settings === null ? anything("The protection's own settings.") : settingsShape(settings),
})
export type ProtectionEntry = Read<ReturnType<typeof protectionFields>> & {
  readonly config?: Readonly<Record<string, unknown>>
}

const settingsShape = (settings: SettingSpecs): Shape<Readonly<Record<string, unknown>>> =>
  object(
    Object.fromEntries(Object.entries(settings).map(([name, spec]) => [name, settingShape(spec)])),
    "The protection's own settings.",
  )

function settingShape(spec: SettingSpec): Shape<unknown> {
  switch (spec.kind) {
    case 'boolean':
      return boolean(spec.summary)
    case 'integer':
      return integer(spec.summary, spec.least, spec.most)
    case 'texts':
      return list(text(''), spec.summary)
  }
}

/** What an entry of this protection may hold: those that the app brings, and later ones, have no settings that are known here. */
function entryShape(id: string): Shape<ProtectionEntry> {
  const own: { readonly spec: { readonly settings: SettingSpecs } } | undefined = protections.find(
    (protection) => protection.spec.id === id,
  )
  return object(protectionFields(own?.spec.settings ?? null), `${id}.`) as Shape<ProtectionEntry>
}

/** Both forms: `{ Id: {…} }` and `[{ type: "Id", … }]`. */
const protectionMap: Shape<Map<string, ProtectionEntry>> = {
  schema: {
    description: 'Settings of each protection, by id; or a list whose items carry `type`.',
    anyOf: [
      { type: 'object', properties: Object.fromEntries(allIds.map((id) => [id, entryShape(id).schema])) },
      {
        type: 'array',
        items: {
          type: 'object',
          properties: { type: { enum: allIds }, ...(entryShape('').schema['properties'] as object) },
        },
      },
    ],
  },
  read: (value, path, issues) => {
    const found = new Map<string, ProtectionEntry>()
    for (const { name, entry, at } of entriesOf(value, path, issues)) {
      const id = readProtectionId(name, at, issues)
      const read = id === null ? undefined : entryShape(id).read(entry, at, issues)
      if (id !== null && read) found.set(id, read)
    }
    return found
  },
}

function entriesOf(
  value: unknown,
  path: string,
  issues: ConfigIssue[],
): { name: string; entry: unknown; at: string }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const at = `${path}[${index}]`
      if (typeof item === 'object' && item !== null && 'type' in item && typeof item.type === 'string') {
        const { type, ...entry } = item
        return [{ name: type, entry, at }]
      }
      issues.push({
        level: 'error',
        path: at,
        message: `given ${describe(item)}; allowed: an object with "type", the id of a protection`,
      })
      return []
    })
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, entry]) => ({ name, entry: entry as unknown, at: `${path}.${name}` }))
  issues.push({
    level: 'error',
    path,
    message: `given ${describe(value)}; allowed: an object by protection id, or a list`,
  })
  return []
}

function readProtectionId(name: string, path: string, issues: ConfigIssue[]): string | null {
  const known = [...ownProtectionIds, ...allIds].find((id) => id.toLowerCase() === name.toLowerCase())
  if (known === undefined) {
    issues.push({
      level: 'warning',
      path,
      message: `there is no protection "${name}"${suggestion(name, allIds)}; left alone`,
    })
    return null
  }
  if (plannedIds.includes(known))
    issues.push({ level: 'warning', path, message: `${known} is not in this version; it judges nothing yet` })
  return known
}

const ruleProtections: Shape<'any' | string[]> = {
  schema: { anyOf: [{ const: 'any' }, { type: 'array', items: { enum: allIds } }] },
  read: (value, path, issues) => {
    if (value === 'any') return 'any'
    return list(text(''), '')
      .read(value, path, issues)
      ?.flatMap((name, index) => readProtectionId(name, `${path}[${index}]`, issues) ?? [])
  },
}

const ruleFields = {
  id: text('Only in exported rules.'),
  enabled: boolean('Default true.'),
  mode: oneOf('shadow: only counts what it would have done.', ['enforce', 'shadow']),
  if: object(
    {
      protections: ruleProtections,
      severityAtLeast: oneOf('', severities),
      confidenceAtLeast: fraction(''),
      environments: list(oneOf('', environments), ''),
      route: text('A glob over the path.'),
      methods: list(text(''), ''),
    },
    'Conditions: all must hold.',
  ),
  then: object({ actions: list(action, '') }, 'What is done.'),
  expiresAt: either(
    text('ISO 8601.'),
    { schema: { type: 'null' }, read: (value: unknown) => value as null },
    (value) => value === null,
  ),
  note: text(''),
}

const pattern: Shape<string> = {
  schema: { type: 'string', format: 'regex' },
  read: (value, path, issues) => {
    const source = text('').read(value, path, issues)
    if (source === undefined) return undefined
    try {
      new RegExp(source)
      return source
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      issues.push({
        level: 'error',
        path,
        message: `given ${describe(source)}; allowed: a regular expression (${why})`,
      })
      return undefined
    }
  },
}

const logging = object(
  {
    level: oneOf('The least level that is written.', logLevels),
    console: boolean('Write to standard error.'),
    file: object(
      {
        path: text('Where.'),
        maxBytes: integer('When it rotates.', 1_024, 1_073_741_824),
        keep: integer('How many old ones stay.', 0, 100),
      },
      'A log file.',
    ),
    mask: list(pattern, 'Further secrets to be starred out in incidents and logs, as regular expressions.'),
    debug: boolean('Same as level "debug".'),
  },
  'What Monitor itself logs.',
)

const limitFields = {
  bodyBytes: integer('Bytes of a body that are looked at.', 0, 67_108_864),
  values: integer('Values of a request that are looked at.', 1, 100_000),
  valueLength: integer('Characters of a value that are looked at.', 16, 16_777_216),
  depth: integer('Levels of a nested body that are looked at.', 1, 1_000),
}

const fields = {
  name: text("The project's name."),
  enabled: boolean('The master switch.'),
  projectToken: text('Connects to the control plane; RIPOSTE_PROJECT_TOKEN does the same.'),
  controlPlane: text('The address of the control plane; RIPOSTE_URL does the same.'),
  environment: oneOf('Default: NODE_ENV, else production.', environments),
  projectType: oneOf('Default: cloud.', projectTypes),
  preset: oneOf('cloud and desktop protect with the defaults; shadow only records.', presets),
  dataDir: text('Where the spool and the last configuration are kept.'),
  protections: protectionMap,
  rules: list(object(ruleFields, 'IF … THEN …, as in the console.'), 'Rules, as the console exports them.'),
  trustedProxies: list(text(''), 'Addresses, networks, or "loopback": whose X-Forwarded-For is believed.'),
  limits: object(limitFields, 'How much of a request is looked at.'),
  logging,
  throwOnFailure: boolean('End the app when its configuration cannot be read; for development.'),
  debug: boolean('Log everything.'),
  rateLimit: anything('Not in this version.'),
  anomalyDetection: anything('Not in this version.'),
  firewall: object(
    {
      allow: list(text(''), 'Addresses and networks that are never blocked.'),
      blockSeconds: integer('How long the action block_ip refuses an address.', 1, 31_536_000),
      ipv6Bits: integer('Leading bits of an IPv6 address that tell a client.', 16, 128),
    },
    'Which addresses are refused.',
  ),
  session: object(
    {
      cookies: list(text(''), 'Names of cookies that hold a session, beside the usual ones.'),
      header: text('A header that holds a session, beside Authorization: Bearer.'),
      blockSeconds: integer('How long the action block_session refuses a session.', 1, 31_536_000),
    },
    'How sessions are known.',
  ),
  erase: object(
    {
      roots: list(text(''), 'Folders below which everything that the action erase removes must lie.'),
      paths: list(text(''), 'Files and folders that it removes.'),
    },
    'What the action erase removes.',
  ),
}

/** What a `monitor.config.json`, or the argument of `monitor.start()`, may hold. */
export const configShape = object(fields, 'Configuration of Riposte Monitor.')
export type MonitorConfig = Read<typeof fields>

export const configJsonSchema = (): Record<string, unknown> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'monitor.config.json',
  ...configShape.schema,
})
