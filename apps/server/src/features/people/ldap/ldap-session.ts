import type { LdapDraft } from '@riposte/contract'
import { Attribute, Change, Client, FilterParser, ResultCodeError, type Entry, type Filter } from 'ldapts'
import net from 'node:net'
import tls from 'node:tls'
import { resolveOutgoing } from '../../../platform/outgoing/resolve-outgoing.ts'

export type LdapSettings = Omit<LdapDraft, 'bindPassword'>

/** What an LDAP server, or the way to it, said no to: a sentence that can be shown. */
export class LdapFailure extends Error {
  override readonly name = 'LdapFailure'
  /** Of the protocol (RFC 4511, 4.1.9); null when it was no answer of the server. */
  readonly resultCode: number | null
  constructor(message: string, resultCode: number | null = null) {
    super(message)
    this.resultCode = resultCode
  }
}

export interface LdapSession {
  /** Entries page by page. @throws LdapFailure beyond `most` */
  search(baseDn: string, options: LdapSearch): Promise<Entry[]>
  /** Sets one attribute to one value. */
  replace(dn: string, attribute: string, value: string): Promise<void>
}

export interface LdapSearch {
  readonly filter: string
  readonly scope: 'sub' | 'base'
  readonly attributes: readonly string[]
  /** Attributes whose values are bytes. */
  readonly bytes?: readonly string[]
  readonly most: number
}

const connectMs = 8_000
const answerMs = 20_000
/** A directory that sends more than that at one connection is not read on. */
const mostBytes = 256 * 1024 * 1024
const pageSize = 500

/** One connection: dialled, secured, signed in, used, closed. @throws LdapFailure */
export async function withLdap<T>(
  settings: LdapSettings,
  password: string | null,
  limitMs: number,
  use: (session: LdapSession) => Promise<T>,
): Promise<T> {
  const place = await resolveOutgoing(settings.host).catch(fail)
  if (settings.tls === 'none' && !place.loopback)
    throw new LdapFailure('LDAP without TLS is spoken only to this very machine; choose LDAPS or STARTTLS')
  const secure: tls.ConnectionOptions = {
    host: place.address,
    minVersion: 'TLSv1.2',
    ...(place.servername === undefined ? {} : { servername: place.servername }),
    ...(settings.caCertificate === null ? {} : { ca: settings.caCertificate }),
  }
  const sockets = new Set<net.Socket>()
  const watched = <S extends net.Socket>(socket: S): S => {
    sockets.add(socket)
    // The client takes its own listener off while it closes; without one an error would end the process.
    socket.on('error', () => undefined)
    return socket
  }
  const dialled = net.isIPv6(place.address) ? `[${place.address}]` : place.address
  const client = new Client({
    url: `${settings.tls === 'ldaps' ? 'ldaps' : 'ldap'}://${dialled}:${settings.port}`,
    timeout: answerMs,
    connectTimeout: connectMs,
    // Names of entries are the directory's own; it judges them.
    strictDN: false,
    ...(settings.tls === 'ldaps' ? { tlsOptions: secure } : {}),
    createConnection: ((...how: Parameters<typeof net.connect>) => watched(net.connect(...how))) as typeof net.connect,
    createSecureConnection: ((...how: Parameters<typeof tls.connect>) =>
      watched(tls.connect(...how))) as typeof tls.connect,
  })
  let over: ((error: Error) => void) | undefined
  const ended = new Promise<never>((_resolve, reject) => (over = reject))
  ended.catch(() => undefined)
  const late = setTimeout(() => over?.(new LdapFailure(`The directory took longer than ${limitMs / 1_000} s`)), limitMs)
  const tooMuch = setInterval(() => {
    if ([...sockets].some((socket) => socket.bytesRead > mostBytes))
      over?.(new LdapFailure(`The directory sent more than ${mostBytes} bytes`))
  }, 200)
  const work = async (): Promise<T> => {
    if (settings.tls === 'starttls') await client.startTLS(secure)
    if (settings.bindDn !== '') await client.bind(settings.bindDn, password ?? '')
    return use(sessionOf(client))
  }
  try {
    return await Promise.race([work(), ended])
  } catch (error) {
    return fail(error)
  } finally {
    clearTimeout(late)
    clearInterval(tooMuch)
    void client.unbind().catch(() => undefined)
    for (const socket of sockets) socket.destroy()
  }
}

const sessionOf = (client: Client): LdapSession => ({
  search: async (baseDn, { filter, scope, attributes, bytes = [], most }) => {
    const entries: Entry[] = []
    const pages = client.searchPaginated(baseDn, {
      scope,
      filter: readFilter(filter),
      attributes: [...attributes],
      explicitBufferAttributes: [...bytes],
      derefAliases: 'never',
      timeLimit: answerMs / 1_000,
      paged: { pageSize },
    })
    for await (const page of pages) {
      entries.push(...page.searchEntries)
      if (entries.length > most)
        throw new LdapFailure(`The directory returned more than ${most} entries; narrow the filter`)
    }
    return entries
  },
  replace: async (dn, attribute, value) => {
    await client.modify(
      dn,
      new Change({ operation: 'replace', modification: new Attribute({ type: attribute, values: [value] }) }),
    )
  },
})

const deepestFilter = 50

/** @throws LdapFailure when it is no LDAP filter (RFC 4515) */
export function readFilter(text: string): Filter {
  let depth = 0
  let deepest = 0
  for (const sign of text) {
    if (sign === '(') deepest = Math.max(deepest, (depth += 1))
    else if (sign === ')') depth -= 1
  }
  if (deepest > deepestFilter) throw new LdapFailure(`The filter has more than ${deepestFilter} levels`)
  try {
    if (depth === 0) return FilterParser.parseString(text)
  } catch {
    // Told below.
  }
  throw new LdapFailure('That is no LDAP filter; one looks like (&(objectClass=person)(mail=*))')
}

const hints: Readonly<Record<number, string>> = {
  32: 'there is no such entry: is the base DN right?',
  34: 'a name is not a valid DN',
  49: 'the bind DN or its password is wrong',
  50: 'the bind DN has not the right to do that',
  53: 'the directory is unwilling to do that',
}

function fail(error: unknown): never {
  if (error instanceof LdapFailure) throw error
  if (error instanceof ResultCodeError) {
    const hint = hints[error.code]
    throw new LdapFailure(
      `The directory answered with ${error.code}${hint === undefined ? `: ${plain(error)}` : `: ${hint}`}`,
      error.code,
    )
  }
  throw new LdapFailure(`The directory could not be asked: ${plain(error)}`)
}

const plain = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\p{Cc}+/gu, ' ').slice(0, 300)
