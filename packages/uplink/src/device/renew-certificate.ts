import { X509Certificate } from 'node:crypto'
import { agentRoutes } from '@riposte/contract'
import type { DeviceHttp } from './device-http.ts'
import { isFor } from './enrol.ts'
import type { DeviceIdentity } from './identity.ts'

/** A third of its life is left, or less. @param now Unix milliseconds of the control plane */
export function isRenewalDue(certificate: string, now: number): boolean {
  const { validFrom, validTo } = new X509Certificate(certificate)
  const end = Date.parse(validTo)
  return now >= end - (end - Date.parse(validFrom)) / 3
}

/** @returns PEM, for the same key @throws when there is none that fits */
export async function renewCertificate(
  http: DeviceHttp,
  identity: Pick<DeviceIdentity, 'privateKey' | 'authority'>,
): Promise<string> {
  const { method, path, response } = agentRoutes.agentRenew
  const answer = await http.ask(method, path)
  if (answer.status !== 200) throw new Error(`the control plane answered ${answer.status}`)
  const { certificate } = response.parse(JSON.parse(answer.body.toString('utf8')))
  if (!isFor(certificate, identity.privateKey, identity.authority))
    throw new Error('the certificate that came is not for this device')
  return certificate
}
