import { endsWithCrc } from './checksums.ts'
import { isJwt, isVaried } from './shapes.ts'

/** What a secret is, for whoever wants to look for some kinds only. */
export type SecretKind = 'key' | 'token' | 'jwt' | 'connection' | 'hash'

export interface KnownSecret {
  readonly kind: SecretKind
  /** With its article, as a sentence has it. */
  readonly title: string
  /** What it begins with; three characters at least, which decide whether anybody looks closer. */
  readonly starts: readonly string[]
  /** From its beginning; each is linear. */
  readonly shape: RegExp
  /** Published as visible to all who look at it, such as the prefix of a token. */
  readonly shown: number
  /** What the issuer's checksum, or what it decodes to, says. @param at where in `text` it stands */
  readonly isReal?: (found: string, text: string, at: number) => boolean
  /** Told by how it begins: it counts also where the text is cut. */
  readonly isOpen?: true
}

const word = String.raw`(?![A-Za-z0-9_-])`
const token = (
  title: string,
  starts: string | readonly string[],
  rest: string,
  isReal: KnownSecret['isReal'] = isVaried,
): KnownSecret => {
  const all = typeof starts === 'string' ? [starts] : starts
  const begin = all.map((start) => start.replaceAll(/[.$]/g, String.raw`\$&`)).join('|')
  const isLong = rest.endsWith(',}')
  return {
    ...{ kind: 'token', title, starts: all, shown: Math.min(...all.map((start) => start.length), 7), isReal },
    shape: new RegExp(`(?:${begin})${isLong ? `${rest.slice(0, -1)}400}` : rest + word}`, 'y'),
    ...(isLong ? { isOpen: true as const } : {}),
  }
}
const hash = (title: string, starts: readonly string[], shape: RegExp): KnownSecret => ({
  ...{ kind: 'hash', title, starts, shape, shown: 0 },
})

/** Everything that tells by its own look that it is a secret. One list, for what leaves and for what is masked. */
export const knownSecrets: readonly KnownSecret[] = [
  {
    ...{ kind: 'key', title: 'a private key', starts: ['-----BEGIN', '---- BEGIN'], shown: 0, isOpen: true },
    // With a line of the key, so that a text that names the marker alone is none.
    shape:
      /-{4,5} ?BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}\s{0,8}(?:[A-Za-z][A-Za-z-]{1,30}: [^\r\n]{0,200}\s{1,8}){0,8}[A-Za-z0-9+/=]{16,}/y,
  },
  {
    ...{ kind: 'key', title: 'a PuTTY private key', starts: ['PuTTY-User-Key-File'], shown: 0, isOpen: true },
    shape: /PuTTY-User-Key-File-\d: [\w@.-]{1,60}\s/y,
  },
  {
    ...{ kind: 'jwt', title: 'a JSON Web Token', starts: ['eyJ'], shown: 3, isOpen: true, isReal: isJwt },
    shape: /eyJ[A-Za-z0-9_-]{8,500}\.(?:eyJ[A-Za-z0-9_-]{4}|[A-Za-z0-9_-]{0,500}\.[A-Za-z0-9_-]{8})/y,
  },
  { ...token('an AWS access key', ['AKIA', 'ASIA'], '[A-Z2-7]{16}', isSignedAddress(isVaried)), kind: 'key' },
  { ...token('a Google API key', 'AIza', '[A-Za-z0-9_-]{35}'), kind: 'key' },
  { ...token('a Google OAuth secret', 'GOCSPX-', '[A-Za-z0-9_-]{28}'), kind: 'key' },
  token('a Google access token', 'ya29.', '[A-Za-z0-9_-]{30,}'),
  {
    ...{ kind: 'key', title: 'an Azure key', starts: ['AccountKey=', 'SharedAccessKey='], shown: 0 },
    shape: /(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}/y,
  },
  { ...token('an Alibaba Cloud key', 'LTAI', '[A-Za-z0-9]{16,26}'), kind: 'key' },
  token('a GitHub token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36}', endsWithCrc),
  token('a GitHub token', 'github_pat_', '[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'),
  token('an npm token', 'npm_', '[A-Za-z0-9]{36}', endsWithCrc),
  token(
    'a GitLab token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glsoat-', 'glft-', 'glimt-', 'glagent-'],
    '[A-Za-z0-9_.-]{20,}',
  ),
  token(
    'a Slack token',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xapp-'],
    '[A-Za-z0-9%-]{20,}',
  ),
  token('a Slack token', ['xoxe-', 'xoxe.'], '[A-Za-z0-9.-]{20,}'),
  {
    ...{ kind: 'token', title: 'a Slack webhook', starts: ['hooks.slack.com/services/'], shown: 0, isReal: isVaried },
    shape: /hooks\.slack\.com\/services\/T\w{6,14}\/B\w{6,14}\/\w{20,30}/y,
  },
  token('a Stripe secret key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], '[A-Za-z0-9]{16,}'),
  token('a Stripe webhook secret', 'whsec_', '[A-Za-z0-9+/=]{24,}'),
  token('an OpenAI key', ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], '[A-Za-z0-9_-]{32,}'),
  token('an OpenAI key', 'sk-', '[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}'),
  token('an API key', 'sk-', '[A-Za-z0-9]{32,64}'),
  token('an Anthropic key', 'sk-ant-', '[A-Za-z0-9_-]{32,}'),
  token('an OpenRouter key', 'sk-or-v1-', '[a-f0-9]{64}'),
  token('a Hugging Face token', ['hf_', 'api_org_'], '[A-Za-z]{34}'),
  token('a Groq key', 'gsk_', '[A-Za-z0-9]{40,}'),
  token('a Replicate token', 'r8_', '[A-Za-z0-9]{37}'),
  token('a Perplexity key', 'pplx-', '[A-Za-z0-9]{40,}'),
  token('an xAI key', 'xai-', '[A-Za-z0-9]{60,}'),
  token('a DigitalOcean token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], '[a-f0-9]{64}'),
  token('a SendGrid key', 'SG.', String.raw`[\w-]{20,24}\.[\w-]{39,50}`),
  token('a Mailgun key', 'key-', '[a-f0-9]{32}'),
  token('a Brevo key', 'xkeysib-', '[a-f0-9]{64}-[A-Za-z0-9]{16}'),
  token('a Shopify token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], '[a-fA-F0-9]{32}'),
  token('a Square token', ['sq0atp-', 'sq0csp-'], '[A-Za-z0-9_-]{22,43}'),
  token('a PyPI token', 'pypi-', '[A-Za-z0-9_-]{50,}'),
  token('a RubyGems key', 'rubygems_', '[a-f0-9]{48}'),
  token('a crates.io token', 'cio', '[A-Za-z0-9]{32}'),
  token('a Docker token', ['dckr_pat_', 'dckr_oat_'], '[A-Za-z0-9_-]{27,}'),
  token('a Vault token', ['hvs.', 'hvb.', 'hvr.'], '[A-Za-z0-9_-]{24,}'),
  token('a Doppler token', ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'], '[A-Za-z0-9_.-]{40,}'),
  token('a Pulumi token', 'pul-', '[a-f0-9]{40}'),
  token('a Databricks token', 'dapi', '[a-f0-9]{32}(?:-\\d)?'),
  token('a Heroku key', 'HRKU-', '[A-Za-z0-9_-]{36,}'),
  token('a Netlify token', ['nfp_', 'nfc_'], '[A-Za-z0-9]{36}'),
  token('a Fly.io token', ['fo1_', 'fm2_'], '[A-Za-z0-9_+/=-]{40,}'),
  token('a Linear key', 'lin_api_', '[A-Za-z0-9]{40}'),
  token('a Notion token', 'ntn_', '[A-Za-z0-9]{40,}'),
  token('an Airtable token', 'pat', String.raw`[A-Za-z0-9]{14}\.[a-f0-9]{64}`),
  token('an Atlassian token', 'ATATT3', '[A-Za-z0-9_=-]{50,}'),
  token('a Figma token', 'figd_', '[A-Za-z0-9_-]{36,}'),
  token('a Postman key', 'PMAK-', '[a-f0-9]{24}-[a-f0-9]{34}'),
  token('a New Relic key', 'NRAK-', '[A-Z0-9]{27}'),
  token('a Grafana token', 'glsa_', '[A-Za-z0-9]{32}_[a-f0-9]{8}'),
  token('a Grafana token', 'glc_', '[A-Za-z0-9+/=]{40,}'),
  token('a Supabase token', ['sbp_', 'sb_secret_'], '[A-Za-z0-9_-]{30,}'),
  token('a PlanetScale password', ['pscale_tkn_', 'pscale_pw_'], '[A-Za-z0-9_-]{32,}'),
  token('a Sentry token', ['sntrys_', 'sntryu_'], '[A-Za-z0-9_+/=-]{40,}'),
  token('a SonarQube token', ['sqp_', 'squ_', 'sqa_'], '[a-f0-9]{40}'),
  token('a Buildkite token', ['bkua_'], '[a-f0-9]{40}'),
  token('a Typeform token', 'tfp_', '[A-Za-z0-9_.-]{40,}'),
  token('a Dynatrace token', 'dt0c01.', String.raw`[A-Z0-9]{24}\.[A-Z0-9]{64}`),
  token('a Contentful token', 'CFPAT-', '[A-Za-z0-9_-]{43}'),
  token('an EasyPost key', ['EZAK', 'EZTK'], '[A-Za-z0-9]{54}'),
  token('an age key', 'AGE-SECRET-KEY-1', '[02-9AC-HJ-NP-Z]{58}'),
  token('a Riposte token', ['rip1.', 'rip1_', 'rpt_', 'rpt-', 'rpt.'], '[A-Za-z0-9_.-]{16,}'),
  hash('a bcrypt hash', ['$2a', '$2b', '$2x', '$2y'], /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}/y),
  hash(
    'an Argon2 hash',
    ['$argon2'],
    /\$argon2(?:id|i|d)\$(?:v=\d{1,3}\$)?[a-z0-9=,]{5,60}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,180}/y,
  ),
  hash(
    'a scrypt hash',
    ['$scrypt$', '$7$', '$s0$', 'scrypt:'],
    /(?:\$scrypt\$ln=\d{1,2},r=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/=]{8,90}\$[A-Za-z0-9+/=]{32,180}|\$7\$[./A-Za-z0-9]{11,80}\$[./A-Za-z0-9]{43}|\$s0\$[a-f0-9]{1,8}\$[A-Za-z0-9+/=]{8,90}\$[A-Za-z0-9+/=]{32,180}|scrypt:\d{3,8}:\d{1,3}:\d{1,3}\$[A-Za-z0-9./]{6,60}\$[a-f0-9]{64,256})/y,
  ),
  hash(
    'a PBKDF2 hash',
    ['pbkdf2_sha', 'pbkdf2:sha', '$pbkdf2'],
    /(?:pbkdf2_sha\d{1,3}\$\d{1,9}\$[A-Za-z0-9+/=]{6,90}\$[A-Za-z0-9+/=]{20,180}|pbkdf2:sha\d{1,3}:\d{1,9}\$[A-Za-z0-9./]{6,60}\$[a-f0-9]{40,256}|\$pbkdf2(?:-sha\d{1,3})?\$(?:i=)?\d{1,9}(?:,l=\d{1,3})?\$[A-Za-z0-9+/.]{8,90}\$[A-Za-z0-9+/.]{20,180})/y,
  ),
  hash(
    'a crypt hash',
    ['$1$', '$5$', '$6$', '$md5', '$apr1$'],
    /\$(?:1|apr1|md5|5|6)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}(?![./A-Za-z0-9])/y,
  ),
  hash('a yescrypt hash', ['$y$', '$gy$'], /\$g?y\$[./A-Za-z0-9]{3,20}\$[./A-Za-z0-9]{1,90}\$[./A-Za-z0-9]{43}/y),
  hash('a phpass hash', ['$P$', '$H$', '$S$'], /\$(?:[PH]\$[./0-9A-Za-z]{31}|S\$[./0-9A-Za-z]{52})(?![./A-Za-z0-9])/y),
  hash(
    'a hash of an LDAP directory',
    ['{SHA', '{SSHA', '{CRYPT'],
    /\{(?:S?SHA(?:256|384|512)?\}[A-Za-z0-9+/]{26,120}={0,2}|CRYPT\}[$./A-Za-z0-9]{13,120})/y,
  ),
  hash(
    'a SCRAM secret',
    ['SCRAM-SHA-'],
    /SCRAM-SHA-(?:1|256|512)\$\d{1,7}:[A-Za-z0-9+/=]{8,90}\$[A-Za-z0-9+/=]{20,120}:[A-Za-z0-9+/=]{20,120}/y,
  ),
  {
    ...{ kind: 'connection', title: 'a connection string with a password', starts: ['://'], shown: 0 },
    shape: /:\/\/[^\s/@:"'`<>\\?#,{}]{0,80}:[^\s/@"'`<>\\]{1,120}@[\w.[\]:-]{1,200}/y,
    isReal: hasPassword,
  },
  {
    ...{ kind: 'connection', title: 'a connection string with a password', shown: 0, isReal: standsBesideServer },
    starts: ['Password=', 'password=', 'PASSWORD=', 'Pwd=', 'pwd=', 'PWD='],
    shape: /(?:password|pwd)=(?!\$\{|<|\*|%s|;|\s)(?:'[^'\r\n]{1,120}'|[^\s;"'<>&]{1,120})/iy,
  },
]

/** The id of a key in an address that is signed with it is there for all to see. */
function isSignedAddress(otherwise: (found: string) => boolean): (found: string, text: string, at: number) => boolean {
  return (found, text, at) =>
    !/(?:credential|accesskeyid|accessid)=$/i.test(text.slice(Math.max(0, at - 24), at)) && otherwise(found)
}

/** A place for a password, or stars in the place of one, is none. */
function hasPassword(found: string, text: string, at: number): boolean {
  const password = /^:\/\/[^:]*:(.+)@/.exec(found)?.[1] ?? ''
  const scheme = /[a-z][a-z0-9+.-]{1,19}$/i.exec(text.slice(Math.max(0, at - 20), at))?.[0] ?? ''
  return (
    scheme !== '' && !/^(?:\*+|x+|•+|<.*|\$\{.*|\{.*|%\w?|:?\w*\)|pass(?:word)?|pwd|secret|your.*)$/i.test(password)
  )
}

const server =
  /(?:^|[;\s"'])(?:server|data source|host|hostname|initial catalog|database|dbname|addr(?:ess)?|user id|uid)\s?=/i

function standsBesideServer(found: string, text: string, at: number): boolean {
  if (/=(?:\*+|x+|your.*|\{.*)$/i.test(found)) return false
  return (
    server.test(text.slice(Math.max(0, at - 200), at)) ||
    server.test(text.slice(at + found.length, at + found.length + 200))
  )
}
