import { isRecord, type Resource } from './patch.ts'

/** Leaves out what was not asked for (RFC 7644, 3.9). `id`, `schemas` and `meta` stay. */
export function project(
  resource: Resource,
  wish: { readonly attributes?: string | undefined; readonly excludedAttributes?: string | undefined },
): Resource {
  if (wish.attributes !== undefined && wish.attributes.trim() !== '') {
    const wanted = names(wish.attributes)
    return pick(
      resource,
      (path) =>
        always.has(path) ||
        wanted.some((name) => name === path || name.startsWith(`${path}.`) || path.startsWith(`${name}.`)),
    )
  }
  if (wish.excludedAttributes !== undefined && wish.excludedAttributes.trim() !== '') {
    const unwanted = new Set(names(wish.excludedAttributes))
    return pick(resource, (path) => always.has(path) || !unwanted.has(path))
  }
  return resource
}

const always = new Set(['id', 'schemas'])

/** `urn:…:User:department` and `urn:…:User.department` are one. */
const names = (text: string): string[] =>
  text
    .split(',')
    .slice(0, 100)
    .map((name) => name.trim().toLowerCase())
    .map((name) => (name.startsWith('urn:') && !/:(user|group)$/.test(name) ? name.replace(/:([^:]*)$/, '.$1') : name))
    .map((name) => name.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group)\./, ''))

function pick(resource: Resource, keeps: (path: string) => boolean, prefix = ''): Resource {
  const result: Resource = {}
  for (const [key, value] of Object.entries(resource)) {
    const path = `${prefix}${key.toLowerCase()}`
    if (!keeps(path)) continue
    if (prefix === '' && isRecord(value)) result[key] = pick(value, keeps, `${path}.`)
    else if (prefix === '' && Array.isArray(value) && value.every(isRecord))
      result[key] = value.map((item) => pick(item, keeps, `${path}.`))
    else result[key] = value
  }
  return result
}

/** @throws Error text through `refuse` when it is no whole number */
export function readPaging(
  query: { readonly startIndex?: string | undefined; readonly count?: string | undefined },
  most: number,
  refuse: (detail: string) => never,
): { startIndex: number; count: number } {
  const read = (text: string | undefined, standard: number, name: string): number => {
    if (text === undefined || text === '') return standard
    return /^-?\d{1,9}$/.test(text) ? Number(text) : refuse(`${name} must be a whole number`)
  }
  return {
    startIndex: Math.max(1, read(query.startIndex, 1, 'startIndex')),
    count: Math.min(most, Math.max(0, read(query.count, Math.min(100, most), 'count'))),
  }
}

export const listResponse = (total: number, startIndex: number, resources: readonly Resource[]): Resource => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: total,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
})

export const versionTag = (version: number): string => `W/"${version}"`
