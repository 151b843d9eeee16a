/** What the name of a field says of its value. */
export const Telling = {
  /** Never meant to leave, in the words of the settings or by what it is. */
  internal: 1,
  /** Named by the app itself: whatever stands there counts. */
  named: 2,
  /** A random value there is a secret. */
  secret: 4,
  /** Where an answer hands its own client what it signed in for. */
  issued: 8,
  card: 16,
  /** Numbers there are no cards: ids, orders, telephones, times. */
  number: 32,
  national: 64,
  owner: 128,
  /** Below it stand samples. */
  sample: 256,
  /** Below it stand words for people: messages, labels. */
  label: 512,
  /** Below it stands what a page may hold: keys of services that are made for browsers. */
  open: 1_024,
  allowed: 2_048,
  code: 4_096,
  /** The name is long enough to be a secret itself. */
  long: 8_192,
} as const

/** Without case and separators: `password_hash`, `passwordHash` and `Password-Hash` are one. */
export const foldName = (name: string): string => name.toLowerCase().replaceAll(/[\s_.:-]+/g, '')

const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)

const passwordEnd = /(?:password|passwd|passphrase|passcode)$/
const secretEnd =
  /(?:api_?key|apisecret|secretkey|clientsecret|secretaccesskey|accesskey|privatekey|signingkey|encryptionkey|masterkey|rootkey|storagekey|accountkey|servicekey|authkey|hmackey|authtoken|accesstoken|refreshtoken|sessiontoken|apitoken|bearertoken|bottoken|personaltoken|personalaccesstoken|secrettoken|admintoken|webhooksecret|signingsecret|sharedsecret|appsecret|consumersecret|jwtsecret|cookiesecret|sessionsecret|tokensecret|authorization|githubtoken|gitlabtoken|slacktoken|npmtoken|oauthtoken)$/
const issuedNames = new Set(
  'token accesstoken refreshtoken idtoken jwt jwttoken authtoken sessiontoken bearertoken access refresh'.split(' '),
)
const cardName =
  /(?:^(?:cc|ccn|pan|cvc?card)$|^ccnum|creditcard|debitcard|paymentcard|bankcard|cardnumber|cardnum|cardno$|cardpan|^card$|^cards$|primaryaccountnumber|(?:visa|mastercard|amex)number)/
const noCard =
  /gift|loyalty|member|business|flash|post|sim|idcard|cardid|library|trello|token|last4|lastfour|masked|bin$/
const codeName = /^(?:cvv2?|cvc2?|cardcvv|cardcvc|securitycode|cardverification(?:value|code))$/
const numberWords = new Set(
  (
    'id ids uuid guid ref refs reference references order orders tracking invoice phone phones mobile tel telephone fax msisdn whatsapp ' +
    'timestamp timestamps time at date ts epoch ean gtin upc isbn issn sku imei iccid imsi hash sha sha1 sha256 md5 etag checksum digest ' +
    'version versions cursor next prev page offset lat lng lon long latitude longitude coordinates barcode serial zip postal postcode code ' +
    'voucher coupon transaction txn trace span request session correlation nonce commit revision price amount total sum size bytes count ' +
    'population url urls uri href src path slug image images file filename ticket shipment parcel batch lot build seed random sequence seq ' +
    'vin plate license licence key keys csrf integrity fingerprint snowflake account customer'
  ).split(' '),
)
const sampleWords = new Set('example examples sample samples placeholder placeholders openapi swagger'.split(' '))
const labelNames = new Set(
  (
    'error errors fielderrors formerrors validationerrors message messages label labels translation translations i18n locale locales lang ' +
    'strings validation validations violations help hint hints tooltip tooltips title titles placeholder placeholders'
  ).split(' '),
)
const openWords = new Set(
  (
    'firebase maps map googlemaps algolia public publishable mapbox posthog segment sentry amplitude mixpanel recaptcha captcha analytics ' +
    'gtm intercom turnstile pusher browser frontend'
  ).split(' '),
)

/** Names of identity and tax numbers, and what one of them looks like. */
const nationals: readonly (readonly [names: RegExp, title: string, isOne: (value: string) => boolean])[] = [
  [
    /^(?:.*ssn|socialsecurity(?:number|no)?|ssnumber|.*taxid|taxidentificationnumber|tin|itin|taxpayerid)$/,
    'a social security number',
    (value) => {
      const [, area = '', group = '', serial = ''] = /^(\d{3})[- ]?(\d{2})[- ]?(\d{4})$/.exec(value) ?? []
      if (area === '' || area === '000' || area === '666' || serial === '0000' || group === '00') return false
      // Numbers of taxpayers without one begin with 9, and their groups are 50 to 65, 70 to 88, 90 to 92, 94 to 99.
      return !area.startsWith('9') || /^(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])$/.test(group)
    },
  ],
  [
    /^(?:nino|nationalinsurance(?:number|no)?)$/,
    'a national insurance number',
    (value) => /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/i.test(value),
  ],
  [/^(?:cpf|cpfnumber|numerocpf|taxid)$/, 'a taxpayer number (CPF)', isCpf],
]

function isCpf(value: string): boolean {
  const digits = /^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/.test(value) ? value.replaceAll(/\D/g, '') : ''
  if (digits === '' || /^(\d)\1*$/.test(digits)) return false
  return [9, 10].every((count) => {
    let sum = 0
    for (let at = 0; at < count; at += 1) sum += (digits.charCodeAt(at) - 48) * (count + 1 - at)
    return ((sum * 10) % 11) % 10 === digits.charCodeAt(count) - 48
  })
}

/** @returns what it is with its article, or null */
export function nationalNumber(name: string, value: string): string | null {
  const folded = foldName(name)
  return nationals.find(([names, , isOne]) => names.test(folded) && isOne(value.trim()))?.[1] ?? null
}

export interface NamesAsked {
  readonly internal: ReadonlySet<string>
  /** Those of `internal` whose values are judged with care, since the words are common. */
  readonly careful: ReadonlySet<string>
  /** The last part of each. */
  readonly owner: ReadonlySet<string>
  readonly allowed: ReadonlySet<string>
}

export function tellingOf(name: string, asked: NamesAsked): number {
  const folded = foldName(name)
  const words = wordsOf(name)
  let telling = name.length >= 16 ? Telling.long : 0
  if (asked.internal.has(folded)) telling |= asked.careful.has(folded) ? Telling.internal : Telling.named
  else if (passwordEnd.test(folded)) telling |= Telling.internal
  if (secretEnd.test(folded)) telling |= Telling.secret
  if (issuedNames.has(folded)) telling |= Telling.issued
  if (codeName.test(folded)) telling |= Telling.code
  if (cardName.test(folded) && !noCard.test(folded)) telling |= Telling.card
  else if (
    words.some((word) => numberWords.has(word)) ||
    (folded.endsWith('number') && folded !== 'number') ||
    noCard.test(folded)
  )
    telling |= Telling.number
  if (nationals.some(([names]) => names.test(folded))) telling |= Telling.national
  if (asked.owner.has(folded)) telling |= Telling.owner
  if (words.some((word) => sampleWords.has(word))) telling |= Telling.sample
  if (labelNames.has(folded)) telling |= Telling.label
  if (words.some((word) => openWords.has(word))) telling |= Telling.open
  if (asked.allowed.has(folded)) telling |= Telling.allowed
  return telling
}

const labels = new Set(
  (
    'passwort contraseña contrasena senha kennwort wachtwoord motdepasse парoль parola hasło haslo lösenord heslo salasana adgangskode ' +
    'secret geheimnis salt hash string text boolean number object array required optional hidden redacted filtered removed protected masked ' +
    'none null undefined true false unset empty unchanged notset'
  ).split(' '),
)

/** A value that a field of that name really holds, and not a label, a message, or stars in its place. */
export function isHeld(name: string, value: string): boolean {
  const shown = value.trim()
  if (shown === '' || shown.length > 4_096 || /^[*•xX.·…#_-]+$/.test(shown) || /^[<[({].*[>\])}]$/.test(shown))
    return false
  // Made to be handed to the page that pays.
  if (/^[a-z]{2,8}_\w+_secret_\w+$/.test(shown)) return false
  const folded = foldName(shown)
  const own = foldName(name)
  if (folded === own || labels.has(folded) || /^(?:https?:\/\/|\/(?!\/)[\w/-]*$)/.test(shown)) return false
  if (own === 'salt') return shown.length >= 8 && !/\s/.test(shown)
  // Several words are a text for people, a sentence or a label.
  return !/\s/.test(shown) || (/\d/.test(shown) && !/^[A-Z].*[.!?:]?$/.test(shown) && shown.split(/\s+/).length <= 5)
}
