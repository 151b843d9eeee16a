import type { Input } from '@riposte/contract'
import type { SettingsOf } from '../define.ts'
import { foldName, type NamesAsked } from '../secrets/telling-names.ts'
import type { SecretKind } from '../secrets/known-secrets.ts'
import { findSecrets } from '../secrets/find-secrets.ts'
import { usualInternalFields, type ExposureKind, type spec } from './spec.ts'
import { KnownNames } from './walk-json.ts'

export type Settings = SettingsOf<typeof spec.settings>

/** One thing that should not leave. */
export interface Exposure {
  readonly kind: ExposureKind
  /** With its article. */
  readonly title: string
  /** The field, written so that nothing of a value can stand in it; '' where there are no fields. */
  readonly path: string
  readonly start: number
  readonly end: number
  /** Stars, but for a published prefix or the last digits of a card. */
  readonly shown: string
  readonly confidence: number
}

/** What is looked for, worked out of the settings once. */
export interface Asked {
  readonly settings: Settings
  readonly kinds: ReadonlySet<string>
  readonly names: KnownNames
}

let latest: Asked | null = null

/** The configuration seldom changes, and its lists stay the same lists. */
export function readSettings(settings: Settings): Asked {
  const last = latest?.settings
  if (
    latest &&
    last?.kinds === settings.kinds &&
    last.internalFields === settings.internalFields &&
    last.ownerFields === settings.ownerFields &&
    last.allowedFields === settings.allowedFields &&
    last.issuedTokens === settings.issuedTokens
  )
    return latest
  const lastParts = (names: readonly string[]): Set<string> =>
    new Set(names.map((name) => foldName(name.split('.').at(-1) ?? '')))
  const names: NamesAsked = {
    internal: new Set(settings.internalFields.map(foldName)),
    careful: new Set(usualInternalFields.map(foldName)),
    owner: lastParts(settings.ownerFields),
    allowed: lastParts(settings.allowedFields),
  }
  latest = { settings, kinds: new Set(settings.kinds), names: new KnownNames(names) }
  return latest
}

/** Whether a path ends with one of the names: `owner.id` is `[0].owner.id`, `id` is each of that name. */
export function endsWithOne(path: readonly string[], names: readonly string[]): boolean {
  const folded = path.filter((part) => !part.startsWith('[')).map(foldName)
  return names.some((name) => {
    const wanted = name.split('.').map(foldName)
    return wanted.every((part, index) => folded[folded.length - wanted.length + index] === part)
  })
}

export const kindOf: Readonly<Record<SecretKind, ExposureKind>> = {
  key: 'keys',
  token: 'tokens',
  jwt: 'tokens',
  connection: 'connections',
  hash: 'hashes',
}

const mostShown = 64

/** @param first so many characters are public */
export const star = (value: string, first = 0): string =>
  value.slice(0, first) + '*'.repeat(Math.min(value.length - first, mostShown))

/** As `users[0].card`; a name that may be a value itself is a star. */
export const showPath = (path: readonly string[]): string =>
  path
    .map((part, index) => {
      if (/^\[\d+\]$/.test(part)) return part
      return (index === 0 ? '' : '.') + (isHarmless(part) ? part : '*')
    })
    .join('')
    .slice(0, 300)

/** A name as programs have them, and not a value that a map is keyed by. */
export const isHarmless = (name: string): boolean =>
  /^[A-Za-z_$@][\w$@ .-]{0,39}$/.test(name) &&
  !/\d{5}/.test(name) &&
  !/@.*\./.test(name) &&
  findSecrets(name, 0, name.length, { anyway: true }).length === 0

const credentials =
  /(?:password|passwd|passphrase|passcode|pwd|pass|pin|otp|totp|mfacode|code|granttype|clientsecret|clientassertion|assertion|credential|refresh|refreshtoken|magiclink|samlresponse|idtoken|login|username|apikey|recoverycode)$/

/**
 * Whether the request brings what one signs in with, so that a token in its answer is its own. Where only loose texts are known of
 * it, nobody can tell, and it counts as such.
 */
export function signsIn(inputs: readonly Input[]): boolean {
  return (
    inputs.every(({ source }) => source === 'input') ||
    inputs.some(({ path, value }) => {
      const name = foldName(path.split(/[.[\]]/).findLast((part) => part !== '') ?? '').replace(/\((?:name)\)$/, '')
      return (
        credentials.test(name) ||
        (name.includes('refresh') && value !== '') ||
        (name === 'authorization' && /^basic /i.test(value))
      )
    })
  )
}

/** What the client sent itself is no secret from it. */
export const isOwn = (value: string, inputs: readonly Input[]): boolean =>
  inputs.some((input) => input.value.length >= value.length && input.value.includes(value))
