import type { DeviceSummary, ResponseRequest } from '@riposte/contract'
import { ApiError, call } from '../../api/client.ts'
import { queryClient } from '../../api/query.ts'
import { readDeviceFilter } from '../devices/device-filter.ts'
import type { LineReading, Respond } from './read-line.ts'

export type Outcome =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string | null }
  | { readonly kind: 'help'; readonly verb: string | null }
  | { readonly kind: 'devices'; readonly items: readonly DeviceSummary[]; readonly total: number }
  | { readonly kind: 'requests'; readonly items: readonly ResponseRequest[] }
  /** Exactly what would be approved, and the line that does it. */
  | { readonly kind: 'consent'; readonly request: ResponseRequest; readonly line: string }
  | {
      readonly kind: 'responses'
      readonly sentence: string
      readonly ids: readonly string[]
      readonly left: readonly string[]
    }

const wrong = (message: string, hint: string | null = null): Outcome => ({ kind: 'mistake', message, hint })

/** Does what a line asks for. Refusals are outcomes; nothing is thrown. */
export async function runLine(reading: Exclude<LineReading, { kind: 'empty' | 'clear' }>): Promise<Outcome> {
  try {
    return await run(reading)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const fields = (error.errors ?? []).map(({ path, message }) => `${path}: ${message}`)
    return wrong(error.message, [error.code, ...fields].join(' · '))
  }
}

async function run(reading: Exclude<LineReading, { kind: 'empty' | 'clear' }>): Promise<Outcome> {
  switch (reading.kind) {
    case 'mistake':
    case 'help':
      return reading
    case 'devices': {
      const { filter, mistakes } = readDeviceFilter(reading.filter)
      if (mistakes[0] !== undefined) return wrong(mistakes[0])
      const { items, total } = await call('listDevices', { query: { ...filter, limit: 50 } })
      return { kind: 'devices', items, total }
    }
    case 'approvals':
      return { kind: 'requests', items: await waiting() }
    case 'approve':
      return approve(reading.id, reading.digest)
    case 'reject': {
      const request = await findRequest(reading.id)
      if ('kind' in request) return request
      const { version, digest } = request
      await call('rejectRequest', {
        params: { requestId: request.id },
        body: { version, digest, reason: reading.reason },
      })
      refresh()
      return { kind: 'text', text: `Rejected: ${request.sentence}` }
    }
    case 'status':
      return status(reading.id)
    case 'respond':
      return submit(reading)
  }
}

function refresh(): void {
  for (const key of ['requests', 'responses', 'devices', 'device', 'responses-of'])
    void queryClient.invalidateQueries({ queryKey: [key] })
}

const waiting = async (): Promise<ResponseRequest[]> =>
  (await call('listRequests', { query: { state: 'waiting', limit: 100 } })).items

async function findRequest(id: string): Promise<ResponseRequest | Outcome> {
  const found = (await waiting()).filter((request) => request.id.startsWith(id) || request.id.endsWith(id))
  const [only] = found
  if (!only) return wrong(`No request that waits has the id ${id}`, 'approvals lists what waits')
  return found.length === 1
    ? only
    : wrong(`${found.length} requests have an id that begins or ends with ${id}`, 'Type more of it')
}

async function approve(id: string, digest: string | null): Promise<Outcome> {
  const request = await findRequest(id)
  if ('kind' in request) return request
  if (!request.mine.mayApprove) return wrong(request.mine.why ?? 'You may not vote on this')
  if (digest === null)
    return { kind: 'consent', request, line: `approve ${request.id} --digest ${request.digest.slice(0, 12)}` }
  if (digest.length < 8 || !request.digest.startsWith(digest))
    return wrong(
      'That is not the digest of this request: it was edited since you looked, or mistyped',
      `approve ${id} shows it again`,
    )
  const { version } = request
  await call('approveRequest', {
    params: { requestId: request.id },
    body: { version, digest: request.digest, reason: '' },
  })
  refresh()
  const { items } = await call('listResponses', { query: { requestId: request.id, limit: 20 } })
  return { kind: 'responses', sentence: `Approved: ${request.sentence}`, ids: items.map((item) => item.id), left: [] }
}

async function status(id: string): Promise<Outcome> {
  const whole = /^[0-9a-f-]{36}$/i.test(id)
  if (whole) {
    const response = await call('getResponse', { params: { responseId: id } })
    return { kind: 'responses', sentence: response.sentence, ids: [response.id], left: [] }
  }
  const { items } = await call('listResponses', { query: { text: id, limit: 10 } })
  if (items.length === 0) return wrong(`No response is found by ${id}`)
  return { kind: 'responses', sentence: `Found by ${id}`, ids: items.map((item) => item.id), left: [] }
}

interface Aim {
  readonly deviceIds: string[]
  readonly personIds: string[]
}

async function aim(names: readonly string[], targets: Respond['verb']['action']['targets']): Promise<Aim | Outcome> {
  const aimed: Aim = { deviceIds: [], personIds: [] }
  for (const name of names) {
    const same = (text: string | null): boolean => text?.toLowerCase() === name.toLowerCase()
    if (targets !== 'person') {
      const { items } = await call('listDevices', { query: { text: name, limit: 50 } })
      const devices = items.filter((item) => item.id === name || same(item.name))
      if (devices.length > 1) return wrong(`${devices.length} devices are called ${name}`, 'Use the id instead')
      if (devices[0]) {
        aimed.deviceIds.push(devices[0].id)
        continue
      }
      if (targets === 'device') return wrong(`There is no device ${name}`, near(items.map((item) => item.name)))
    }
    const { items } = await call('listPeople', { query: { text: name, limit: 50 } })
    const people = items.filter(
      (item) => item.id === name || same(item.email) || same(item.userName) || same(item.name),
    )
    if (people.length > 1) return wrong(`${people.length} people are called ${name}`, 'Use the e-mail address instead')
    if (!people[0])
      return wrong(
        `There is no ${targets === 'person' ? 'person' : 'device or person'} ${name}`,
        near(items.map((item) => item.email)),
      )
    aimed.personIds.push(people[0].id)
  }
  return aimed
}

const near = (names: readonly string[]): string | null =>
  names.length === 0 ? null : `Found by that text: ${names.slice(0, 5).join(', ')}`

async function submit(line: Respond): Promise<Outcome> {
  const aimed = await aim(line.targets, line.verb.action.targets)
  if ('kind' in aimed) return aimed
  const { request, responseIds, refused } = await call('submitResponse', {
    body: {
      type: line.verb.action.id,
      ...aimed,
      parameters: { ...line.parameters },
      justification: line.reason,
      emergency: line.emergency === null ? null : { reason: line.emergency },
      idempotencyKey: crypto.randomUUID(),
      ...(line.ttlMinutes === null ? {} : { ttlMinutes: line.ttlMinutes }),
    },
  })
  refresh()
  return {
    kind: 'responses',
    sentence: request.sentence,
    ids: responseIds,
    left: refused.map(({ name, message }) => `${name}: ${message}`),
  }
}
