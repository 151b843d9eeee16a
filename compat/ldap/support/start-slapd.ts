import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const baseDn = 'dc=example,dc=org'
export const adminDn = `cn=admin,${baseDn}`
export const adminPassword = 'only for this test'

export interface Slapd {
  readonly port: number
  readonly tlsPort: number
  /** PEM of the authority that signed its certificate. */
  readonly ca: string
  ldif(text: string): void
  /** An entry with its operational attributes, as ldapsearch prints it. */
  entry(dn: string): string
  /** Whether that password opens the entry, and what the password policy says. */
  signIn(dn: string, password: string): string
  stop(): Promise<void>
}

const nobody = 65_534

/** OpenLDAP's server on free ports of the loopback address, with its password policy overlay, as nobody. */
export async function startSlapd(): Promise<Slapd> {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-slapd-'))
  const file = (name: string): string => path.join(folder, name)
  mkdirSync(file('db'))
  makeCertificate(folder)
  writeFileSync(file('slapd.conf'), configuration(folder))
  if (process.getuid?.() === 0) {
    chownSync(folder, nobody, nobody)
    for (const name of readdirSync(folder)) chownSync(file(name), nobody, nobody)
  }
  const [port, tlsPort] = [await freePort(), await freePort()]
  const url = `ldap://127.0.0.1:${port}`
  const child = spawn(
    '/usr/sbin/slapd',
    ['-f', file('slapd.conf'), '-h', `${url} ldaps://127.0.0.1:${tlsPort}`, '-d', '0'],
    { stdio: ['ignore', 'ignore', 'pipe'], ...(process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}) },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const tool = (name: string, args: readonly string[], input = ''): { status: number | null; out: string } => {
    const { status, stdout, stderr } = spawnSync(name, [...args], { input, encoding: 'utf8', timeout: 20_000 })
    return { status, out: `${stdout}${stderr}` }
  }
  const asAdmin = ['-x', '-H', url, '-D', adminDn, '-w', adminPassword]
  const until = Date.now() + 20_000
  while (tool('ldapwhoami', asAdmin).status !== 0) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
      throw new Error(`slapd did not start: ${said}`)
    }
    await delay(50)
  }
  const slapd: Slapd = {
    port,
    tlsPort,
    ca: readFileSync(file('cert.pem'), 'utf8'),
    ldif: (text) => {
      const { status, out } = tool('ldapmodify', ['-a', ...asAdmin], text)
      if (status !== 0) throw new Error(out)
    },
    entry: (dn) => tool('ldapsearch', [...asAdmin, '-LLL', '-o', 'ldif-wrap=no', '-s', 'base', '-b', dn, '*', '+']).out,
    signIn: (dn, password) => tool('ldapwhoami', ['-x', '-H', url, '-e', 'ppolicy', '-D', dn, '-w', password]).out,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
  slapd.ldif(`dn: ${baseDn}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,${baseDn}
objectClass: organizationalUnit
ou: people

dn: cn=policy,${baseDn}
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdMustChange: TRUE
pwdAllowUserChange: TRUE
`)
  return slapd
}

const configuration = (folder: string): string => `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${folder}/slapd.pid
sizelimit size.soft=20 size.hard=20 size.pr=10 size.prtotal=unlimited
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
maxsize 33554432
suffix "${baseDn}"
rootdn "${adminDn}"
rootpw "${adminPassword}"
directory ${folder}/db
access to attrs=userPassword by self write by anonymous auth by * none
access to * by dn.exact="cn=reader,${baseDn}" read by self write by * none
overlay ppolicy
ppolicy_default "cn=policy,${baseDn}"
`

function makeCertificate(folder: string): void {
  const { status, stderr } = spawnSync(
    'openssl',
    // prettier-ignore
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=slapd',
      '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
