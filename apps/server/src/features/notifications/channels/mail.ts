import nodemailer from 'nodemailer'
import { resolveOutgoing } from '../../../platform/outgoing/resolve-outgoing.ts'
import { readMailAccess, type MailAccess } from '../mail-settings.ts'
import { DeliveryFailure, type Channel, type Message } from './channel.ts'
import type { ChannelParts } from './parts.ts'

const timeoutMs = 15_000

export const mailChannel = (parts: ChannelParts): Channel => ({
  id: 'mail',
  title: 'Mail',
  ready: async (organisationId) => (await readMailAccess(parts, organisationId)) !== null,
  send: async (organisationId, message) => {
    const access = await readMailAccess(parts, organisationId)
    if (!access) throw new DeliveryFailure('Mail is not set up: Settings, Mail', true)
    return sendMail(access, message)
  },
})

/** One message over one connection. @returns the server's last answer @throws DeliveryFailure */
async function sendMail(access: MailAccess, message: Message): Promise<string> {
  const place = await resolveOutgoing(access.host).catch((error: unknown) => {
    throw new DeliveryFailure(sentence(error), false)
  })
  if (access.tls === 'none' && !place.loopback)
    throw new DeliveryFailure(
      'Mail without TLS is sent only to a server on this very machine; choose STARTTLS or TLS',
      true,
    )
  const transport = nodemailer.createTransport({
    host: place.address,
    port: access.port,
    secure: access.tls === 'tls',
    requireTLS: access.tls === 'starttls',
    ignoreTLS: access.tls === 'none',
    tls: {
      ...(place.servername === undefined ? {} : { servername: place.servername }),
      minVersion: 'TLSv1.2',
      ...(access.caCertificate === null ? {} : { ca: access.caCertificate }),
    },
    ...(access.user === null ? {} : { auth: { user: access.user, pass: access.password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { response } = await transport.sendMail({
      messageId: `<${message.id}@riposte.invalid>`,
      from: { name: access.fromName, address: access.fromAddress },
      to: { name: '', address: message.to },
      subject: message.subject,
      text: message.text,
      html: message.html,
      headers: { 'auto-submitted': 'auto-generated' },
    })
    return response.slice(0, 500)
  } catch (error) {
    throw new DeliveryFailure(sentence(error), isPermanent(error))
  } finally {
    transport.close()
  }
}

const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\p{Cc}+/gu, ' ').slice(0, 500)

/** 5xx to the message or its addresses is an answer; to the sign-in it is a setting that somebody may be repairing. */
const isPermanent = (error: unknown): boolean => {
  const { responseCode, code } = error as { responseCode?: number; code?: string }
  return code !== 'EAUTH' && responseCode !== undefined && responseCode >= 500
}
