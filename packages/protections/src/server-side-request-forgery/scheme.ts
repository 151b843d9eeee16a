import type { Input } from '@riposte/contract'
import type { Claim } from './claim.ts'
import type { Destination } from './destination.ts'
import { hostForms } from './host-forms.ts'

/** Schemes of files and of services other than the web, which clients and the libraries below them know how to reach. */
const beyondHttp = new Set(
  [
    ...[
      'file',
      'ftp',
      'ftps',
      'sftp',
      'scp',
      'tftp',
      'gopher',
      'gophers',
      'dict',
      'ldap',
      'ldaps',
      'ldapi',
      'smb',
      'smbs',
    ],
    ...[
      'cifs',
      'nfs',
      'rsync',
      'telnet',
      'ssh',
      'ssh2',
      'imap',
      'imaps',
      'pop3',
      'pop3s',
      'smtp',
      'smtps',
      'rtsp',
      'rtmp',
    ],
    ...[
      'mqtt',
      'mqtts',
      'redis',
      'rediss',
      'memcached',
      'mysql',
      'postgres',
      'postgresql',
      'mongodb',
      'amqp',
      'tcp',
      'udp',
    ],
    ...['jar', 'netdoc', 'php', 'phar', 'zip', 'expect', 'glob', 'unix', 'local_file', 'jdbc', 'rmi', 'view-source'],
  ].map((name) => `${name}:`),
)

/** @param scheme such as `file:` */
export const reachesBeyondHttp = (scheme: string): boolean => beyondHttp.has(scheme)

/** The value that the scheme came from: a whole URL, or the scheme alone. */
export function claimScheme({ scheme }: Destination, inputs: readonly Input[]): Claim | null {
  const input = inputs.find((one) =>
    hostForms(one.value).some(
      ({ text }) => text.startsWith(scheme) || (text === scheme.slice(0, -1) && speaksOfSchemes(one)),
    ),
  )
  return input ? { input, span: null, confidence: 0.9 } : null
}

/** `?type=file` is no scheme. */
const speaksOfSchemes = ({ source, path }: Input): boolean => source === 'input' || /scheme|proto/i.test(path)
