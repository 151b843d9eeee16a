import type { Input, OperationOf } from '@riposte/contract'
import { sharedCodes } from '../secrets/codes.ts'
import { findSecrets } from '../secrets/find-secrets.ts'
import { findCards, findIbans } from '../secrets/numbers.ts'
import { isRandom } from '../secrets/shapes.ts'
import { isHeld, Telling, tellingOf } from '../secrets/telling-names.ts'
import { isOwn, kindOf, showPath, signsIn, star, type Asked, type Exposure } from './exposures.ts'
import type { ExposureKind } from './spec.ts'
import { cardWords, isInAddress } from './judge-json.ts'

const mostFound = 50

/** Written before a number that is none of a card. */
const otherWords =
  /(?:\b(?:order|orders|tracking|invoice|ref|reference|no|nr|id|imei|isbn|ean|gtin|serial|phone|tel|fax|sku|ticket|account|transaction|voucher|coupon|gift card|licen[cs]e|key|parcel|shipment|barcode|member(?:ship)?)\b[\s.:#='"]*(?:number|no|nr|id|code)?[\s.:#='">]*|[\w-]*id["']?\s?[=:]\s?["']?)$/i

type Add = (kind: ExposureKind, title: string, at: FoundAt, shown: string, confidence: number) => void
interface FoundAt {
  readonly start: number
  readonly end: number
  readonly path?: string
}

/** What a body of any other kind holds that should not leave: only what tells itself, and assignments in files of settings. */
export function judgeText(
  operation: OperationOf<'response'>,
  asked: Asked,
  inputs: readonly Input[],
  found: Exposure[],
): void {
  const { body } = operation
  const isCut = operation.place?.cut ?? false
  const add: Add = (kind, title, { start, end, path = '' }, shown, confidence) => {
    if (
      found.length < mostFound &&
      asked.kinds.has(kind) &&
      !(isCut && end === body.length && kind !== 'tokens' && kind !== 'keys')
    )
      found.push({ kind, title, path, start, end, shown, confidence })
  }
  for (const { secret, start, end } of findSecrets(body, 0, body.length, { isCut, codes: sharedCodes(body) })) {
    const value = body.slice(start, end)
    const isToken = secret.kind === 'jwt' || secret.kind === 'token'
    // Pages carry these by design, and documentation those that say so.
    if (secret.title === 'a Google API key' || /example/i.test(value)) continue
    if (isToken && (isOwn(value, inputs) || (secret.kind === 'jwt' && isGiven(body, start, asked, inputs)))) continue
    add(kindOf[secret.kind], secret.title, { start, end }, star(value, secret.shown), 0.9)
  }
  judgeNumbers(operation, inputs, add)
  for (const { name, start, end } of assignments(operation)) {
    if (isCut && end + 1 >= body.length) continue
    if (found.some((exposure) => exposure.start < end && start < exposure.end)) continue
    const value = body.slice(start, end)
    const telling = tellingOf(name, asked.names.asked)
    if (telling & (Telling.allowed | Telling.sample)) continue
    const at = { start, end, path: showPath([name]) }
    if (telling & (Telling.internal | Telling.named) && isHeld(name, value))
      add('internal', 'a field for the inside', at, star(value), 0.8)
    else if (telling & Telling.secret && isRandom(value)) add('secrets', 'a secret value', at, star(value), 0.75)
  }
}

function judgeNumbers({ body, contentType }: OperationOf<'response'>, inputs: readonly Input[], add: Add): void {
  const tells = isTable(contentType) && cardWords.test(body.slice(0, 1_000))
  for (const { start, end, digits, isGrouped } of findCards(body)) {
    const before = body.slice(Math.max(0, start - 200), start)
    if (otherWords.test(before) || !(isGrouped || tells || cardWords.test(before))) continue
    add('cards', 'a card number', { start, end }, '*'.repeat(digits.length - 4) + digits.slice(-4), 0.85)
  }
  for (const { start, end, digits } of findIbans(body)) {
    if (isOwn(digits, inputs) || isOwn(body.slice(start, end), inputs)) continue
    add('accounts', 'an international bank account number', { start, end }, star(digits, 2), 0.8)
  }
}

const isTable = (contentType: string): boolean => /csv|tab-separated|plain/i.test(contentType)

/** A signed address, or what a sign-in hands to its own client. */
function isGiven(body: string, at: number, asked: Asked, inputs: readonly Input[]): boolean {
  if (isInAddress(body, at)) return true
  const name = /([\w-]{1,40})["'&;quot\\]{0,8}\s{0,4}[:=]\s{0,4}["'&;quot\\]{0,8}$/.exec(
    body.slice(Math.max(0, at - 80), at),
  )?.[1]
  if (name === undefined || asked.settings.issuedTokens) return false
  return (tellingOf(name, asked.names.asked) & Telling.issued) !== 0 && signsIn(inputs)
}

const setting =
  /^[ \t]{0,40}(?:export[ \t]{1,4})?([A-Za-z][\w.-]{1,60})[ \t]{0,8}[=:][ \t]{0,8}(["']?)([^\s"'#,;{}<>()]{4,200})\2[ \t]{0,8},?\r?$/gm
const element = /<([A-Za-z][\w.:-]{0,60})>([^<>]{4,200})<\//g

/** `NAME=value` in files of settings, `<name>value</name>` in XML; pages and scripts are left alone. */
function* assignments({
  body,
  contentType,
}: OperationOf<'response'>): Generator<{ name: string; start: number; end: number }> {
  const isXml = /xml/i.test(contentType) && !/xhtml|svg/i.test(contentType)
  const isSettings = contentType === '' || /text\/plain|yaml|toml|ini|properties|octet-stream|env/i.test(contentType)
  if (!isXml && !isSettings) return
  for (const match of body.matchAll(isXml ? element : setting)) {
    const [whole, name = ''] = match
    const value = (isXml ? match[2] : match[3]) ?? ''
    const start = match.index + (isXml ? whole.indexOf('>') + 1 : whole.lastIndexOf(value))
    yield { name: name.split(/[.:]/).at(-1) ?? '', start, end: start + value.length }
  }
}
