import type { Input, Span } from '@riposte/contract'
import { isAddress } from '../address/parse-address.ts'
import type { Reach } from '../address/reach.ts'
import type { Destination } from './destination.ts'
import { hostForms, type HostForm, type NamedHost } from './host-forms.ts'
import { joinedClaim } from './joined-claim.ts'
import { isAboutTheConnection, speaksOfHosts } from './source.ts'

/** A value that chose the host. */
export interface Claim {
  readonly input: Input
  readonly span: Span | null
  readonly confidence: number
}

/**
 * Finds the value that chose the host of a URL. What decides is the place: a value that stands in the path or the query of a URL has
 * not chosen its host, though the two may be the same.
 */
export function claimHost(destination: Destination, reach: Reach, inputs: readonly Input[]): Claim | null {
  const candidates = inputs.filter((input) => reach === 'metadata' || !isAboutTheConnection(input))
  for (const input of candidates) {
    const claim = claimOf(destination, reach, input)
    if (claim && !isExplained(destination, claim, inputs)) return claim
  }
  return joinedClaim(destination, candidates)
}

interface FormClaim extends Claim {
  readonly form: HostForm
}

function claimOf(destination: Destination, reach: Reach, input: Input): FormClaim | null {
  for (const form of hostForms(input.value)) {
    const span = standsAtHost(destination, reach, form, input)
    if (span && !isChance(destination, reach, form, input)) return { input, span, confidence: 0.95, form }
    const named = span ? undefined : form.named.find((one) => namesHost(destination, reach, one))
    if (named && !isChance(destination, reach, form, input)) return { input, span: null, confidence: 0.9, form }
    if (form.quoted.some(({ href }) => href === destination.href)) return { input, span: null, confidence: 0.8, form }
  }
  return null
}

const mostOccurrences = 8

/** Where the form stands so that it chooses the host: over all of it, or over its end, where names are decided. */
function standsAtHost({ text, host, hostSpan }: Destination, reach: Reach, form: HostForm, input: Input): Span | null {
  if (form.text === '') return null
  const hostEnd = text.charAt(hostSpan.end - 1) === '.' ? hostSpan.end - 1 : hostSpan.end
  let at = text.indexOf(form.text)
  for (let seen = 0; at !== -1 && at < hostSpan.end && seen < mostOccurrences; seen += 1) {
    const end = at + form.text.length
    if (at <= hostSpan.start && end >= hostEnd) return { start: at, end }
    if (at > hostSpan.start && end >= hostEnd && !isAddress(host)) {
      const part = text.slice(at, hostEnd)
      const shapes = part.startsWith('.') || (part.includes('.') && speaksOfHosts(input))
      if (shapes || (part === 'localhost' && text.charAt(at - 1) === '.')) return { start: at, end }
    }
    // The app's own ending only names the zone of a service that hands out credentials.
    if (reach === 'metadata' && at === hostSpan.start && end > at && text.slice(at, end).includes('.'))
      return { start: at, end }
    at = text.indexOf(form.text, at + 1)
  }
  return null
}

/** Names on one machine differ by their ports only: there, a URL with another port is another service. */
const namesHost = (destination: Destination, reach: Reach, { host, port, href }: NamedHost): boolean =>
  host === destination.host && (href === null || reach !== 'localhost' || port === destination.port)

/**
 * One plain word, such as `users`, is also what a request is about: it is a host only where the value's name says so, or where the
 * value has a scheme, a port or a user before it.
 */
const isChance = ({ host }: Destination, reach: Reach, { text }: HostForm, input: Input): boolean =>
  reach === 'private' && /^[a-z]+$/.test(host) && !/\/\/|[\\:@]/.test(text) && !speaksOfHosts(input)

/** The same value stands in the path or the query, and no other value accounts for that place. */
function isExplained(destination: Destination, { form, input }: FormClaim, inputs: readonly Input[]): boolean {
  const rest = destination.text.slice(destination.hostSpan.end)
  if (!standsAlone(rest, form.text) && !standsAlone(rest, encodeText(form.text))) return false
  return !inputs.some(
    (other) =>
      other !== input &&
      !isAboutTheConnection(other) &&
      other.source !== 'path' &&
      other.value.toLowerCase().includes(form.text),
  )
}

function encodeText(text: string): string {
  try {
    return encodeURIComponent(text).toLowerCase()
  } catch {
    // A lone surrogate, which no URL holds.
    return text
  }
}

function standsAlone(rest: string, text: string): boolean {
  for (let at = rest.indexOf(text), seen = 0; at !== -1 && seen < mostOccurrences; seen += 1) {
    const end = at + text.length
    if (/[/?&=#,;+]/.test(rest.charAt(at - 1)) && (end === rest.length || /[/?&=#,;+]/.test(rest.charAt(end))))
      return true
    at = rest.indexOf(text, at + 1)
  }
  return false
}
