import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole exchange; 10 s unless told. */
  readonly timeoutMs?: number
  /** Bytes of the answer that are read; 1 MiB unless told. A longer one is an error. */
  readonly mostBytes?: number
}

export interface OutgoingAnswer {
  readonly status: number
  readonly body: string
}

/** An address that no person can have meant: metadata services and whatever else lives on the link, and addresses of nobody. */
const forbidden = new net.BlockList()
forbidden.addSubnet('169.254.0.0', 16, 'ipv4')
forbidden.addSubnet('0.0.0.0', 8, 'ipv4')
forbidden.addSubnet('224.0.0.0', 3, 'ipv4')
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addSubnet('ff00::', 8, 'ipv6')
forbidden.addAddress('::', 'ipv6')
forbidden.addAddress('fd00:ec2::254', 'ipv6')

export const isForbiddenAddress = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped === undefined
    ? forbidden.check(address, net.isIPv6(address) ? 'ipv6' : 'ipv4')
    : forbidden.check(mapped, 'ipv4')
}

/**
 * One HTTP exchange with a place that a member configured. The address is judged after the name is resolved and is the one that is
 * dialled; redirects are not followed. Addresses of the organisation's own network are allowed: that is where such systems stand.
 * @throws Error with a sentence that can be shown
 */
export function guardedRequest(request: OutgoingRequest): Promise<OutgoingAnswer> {
  const { timeoutMs = 10_000, mostBytes = 1024 * 1024 } = request
  const url = new URL(request.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return Promise.reject(new Error('Only http and https addresses can be called.'))
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (net.isIP(literal) > 0 && isForbiddenAddress(literal))
    return Promise.reject(new Error(`${literal} is an address that is never called.`))
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const call = (url.protocol === 'https:' ? https : http).request(
      url,
      {
        method: request.method,
        headers: {
          'user-agent': 'Riposte',
          ...request.headers,
          ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
        },
        signal,
        agent: false,
        lookup: (hostname, options, callback) => {
          lookup(hostname, { ...options, all: true }, (error, addresses) => {
            const wrong = error ?? refusalOf(hostname, addresses)
            const [first] = addresses as readonly { address: string; family: number }[] | []
            if (wrong || first === undefined) callback(wrong ?? new Error(`${hostname} has no address.`), '', 4)
            else if (options.all) callback(null, addresses, first.family)
            else callback(null, first.address, first.family)
          })
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= mostBytes) chunks.push(chunk)
          else {
            reject(new Error(`The answer is longer than ${mostBytes} bytes.`))
            call.destroy()
          }
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
        response.on('error', reject)
      },
    )
    call.on('error', (error) =>
      reject(signal.aborted ? new Error(`${url.host} did not answer within ${timeoutMs / 1_000} s.`) : error),
    )
    call.end(request.body)
  })
}

const refusalOf = (hostname: string, addresses: readonly { address: string }[]): Error | null => {
  const wrong = addresses.find(({ address }) => isForbiddenAddress(address))
  return wrong ? new Error(`${hostname} leads to ${wrong.address}, an address that is never called.`) : null
}
