import type { FastifyInstance } from 'fastify'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { constants } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SecureContextOptions } from 'node:tls'
import type { Authority } from '../../platform/crypto/authority.ts'

export interface AgentAddress {
  readonly host: string
  readonly port: number
}

export interface GatewayOptions {
  /** What to listen on; several, where isolation is to let through each of them. */
  readonly hosts: readonly string[]
  readonly port: number
  /** What agents are told; null: what we listen on. */
  readonly addresses: readonly AgentAddress[] | null
}

const handshakeMs = 10_000
const renewalLookMs = 86_400_000

/** The agents' listener: TLS by our own authority, the same routes and WebSockets on every address. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #http: FastifyInstance
  readonly #authority: Authority
  readonly #upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>
  readonly #servers: Server[] = []
  #renewing: NodeJS.Timeout | undefined

  constructor(
    options: GatewayOptions,
    parts: {
      http: FastifyInstance
      authority: Authority
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>
    },
  ) {
    this.#options = options
    this.#http = parts.http
    this.#authority = parts.authority
    this.#upgrade = parts.upgrade
  }

  async listen(): Promise<void> {
    await this.#http.ready()
    for (const host of this.#options.hosts) await this.#listenOn(host, this.#servers[0])
    this.#renewing = setInterval(() => void this.#renew(), renewalLookMs).unref()
  }

  /** Where agents reach us. */
  addresses = (): readonly AgentAddress[] => {
    if (this.#options.addresses) return this.#options.addresses
    return this.#servers.flatMap((server) => {
      const bound = server.address() as AddressInfo | null
      return bound ? reachable(bound.address).map((host) => ({ host, port: bound.port })) : []
    })
  }

  /** No new connections; those that are upgraded are the hub's to end. */
  async close(): Promise<void> {
    clearInterval(this.#renewing)
    await Promise.all(
      this.#servers.map((server) => {
        server.closeAllConnections()
        return new Promise((closed) => server.close(closed))
      }),
    )
    await this.#http.close()
  }

  async #listenOn(host: string, first: Server | undefined): Promise<void> {
    const server = createServer(
      {
        ...(await this.#context()),
        // Enrolment comes without one; every other route looks for itself.
        requestCert: true,
        rejectUnauthorized: false,
        handshakeTimeout: handshakeMs,
        keepAlive: true,
      },
      (request, response) => this.#http.routing(request, response),
    )
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head))
    server.on('tlsClientError', () => undefined)
    // The same port on every address, also when it was for the system to choose.
    const port = first ? (first.address() as AddressInfo).port : this.#options.port
    await new Promise<void>((listening, failed) => {
      server.once('error', failed).listen({ host, port, backlog: 4_096 }, () => {
        server.off('error', failed)
        listening()
      })
    })
    this.#servers.push(server)
  }

  async #context(): Promise<SecureContextOptions> {
    return {
      ...(await this.#authority.server(new Date())),
      ca: this.#authority.certificate,
      minVersion: 'TLSv1.2',
      // A resumed session would not show its certificate again, nor would its end be noticed.
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    }
  }

  async #renew(): Promise<void> {
    const context = await this.#context()
    for (const server of this.#servers) server.setSecureContext(context)
  }
}

/** Of "every address" all that are not only for this host. */
function reachable(bound: string): string[] {
  if (bound !== '0.0.0.0' && bound !== '::') return [bound]
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all
    .filter(({ internal, family }) => !internal && (bound === '::' || family === 'IPv4'))
    .map(({ address }) => address)
    .filter((address) => !address.startsWith('fe80:'))
}
