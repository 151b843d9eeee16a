import type { Input, OperationOf } from '@riposte/contract'
import { codesOf, sharedCodes, type Codes } from '../secrets/codes.ts'
import { findSecrets, type FoundSecret } from '../secrets/find-secrets.ts'
import { findCards, findIbans, mayHoldNumber } from '../secrets/numbers.ts'
import { isRandom } from '../secrets/shapes.ts'
import { isHeld, nationalNumber, Telling } from '../secrets/telling-names.ts'
import { endsWithOne, isOwn, kindOf, showPath, signsIn, star, type Asked, type Exposure } from './exposures.ts'
import type { ExposureKind } from './spec.ts'
import { JsonWalk, unescape, type JsonVisitor } from './walk-json.ts'

/** Names that make a value of the field worth a look, whatever it is. */
const looked = Telling.internal | Telling.named | Telling.secret | Telling.national | Telling.owner | Telling.code
/** A run of less can be no secret that tells itself, and less digits no card. */
const shortest = 12
const deepest = 2

/** What the words beside a number say, where its field says nothing. */
export const cardWords =
  /\b(?:cards?|visa|master ?card|amex|american express|maestro|discover|pan|cvv|cvc|exp(?:iry|ires|\.)?|credit|debit)\b/i

interface Range {
  readonly start: number
  readonly end: number
}

interface Around {
  readonly asked: Asked
  readonly inputs: readonly Input[]
  readonly userId: string | undefined
  /** Of JSON in a text of JSON: where that stands, and what leads there. */
  readonly outer: { readonly start: number; readonly end: number; readonly path: readonly string[] } | null
  readonly depth: number
  readonly found: Exposure[]
}

/** What a JSON body holds that should not leave, into `found`. */
export function judgeJson(
  operation: OperationOf<'response'>,
  asked: Asked,
  inputs: readonly Input[],
  found: Exposure[],
): void {
  const walk = new JsonWalk(operation.body, sharedCodes(operation.body), asked.names, operation.place)
  const around = { asked, inputs, userId: operation.userId, outer: null, depth: 0, found }
  walk.run(new Judge(walk, around, operation.place?.cut ?? false))
}

const mostFound = 50

class Judge implements JsonVisitor {
  readonly #walk: JsonWalk
  readonly #around: Around
  readonly #isCut: boolean

  constructor(walk: JsonWalk, around: Around, isCut: boolean) {
    this.#walk = walk
    this.#around = around
    this.#isCut = isCut
  }

  text(start: number, end: number): void {
    const walk = this.#walk
    const telling = walk.own | walk.inherited
    if ((telling & looked) === 0 && walk.longest < shortest && walk.digits < shortest) return
    if (telling & Telling.allowed && this.#isAllowed()) return
    const { found } = this.#around
    if (found.length >= mostFound) return
    const before = found.length
    if (walk.escaped) {
      const value = unescape(walk.text.slice(start, end))
      this.#secrets(value, codesOf(value), { start: 0, end: value.length }, { start, end })
      if (found.length === before) this.#nested(value, start, end)
      if (found.length === before) this.#value(value, start, end)
      return
    }
    if (walk.longest >= shortest) this.#secrets(walk.text, walk.codes, { start, end }, null)
    if (
      found.length === before &&
      ((telling & looked) !== 0 || (walk.digits >= shortest && mayHoldNumber(walk.codes, start, end)))
    )
      this.#value(walk.text.slice(start, end), start, end)
  }

  number(start: number, end: number): void {
    const telling = this.#walk.own | this.#walk.inherited
    const wanted = Telling.card | Telling.internal | Telling.named | Telling.national | Telling.owner | Telling.code
    if ((telling & wanted) === 0 || (telling & Telling.allowed && this.#isAllowed())) return
    const value = this.#walk.text.slice(start, end)
    if (telling & Telling.internal && !(telling & Telling.named) && value.length < 4) return
    this.#value(value, start, end)
  }

  name(start: number, end: number): void {
    for (const secret of findSecrets(this.#walk.text, start, end, { codes: this.#walk.codes }))
      this.#secret(secret, this.#walk.text, null)
  }

  /** @param whole where a text stands whose escapes were taken out */
  #secrets(text: string, codes: Codes, { start, end }: Range, whole: Range | null): void {
    const isCut = this.#isCut && this.#walk.isOpen
    for (const secret of findSecrets(text, start, end, { isCut, codes })) this.#secret(secret, text, whole)
  }

  #secret({ secret, start, end }: FoundSecret, text: string, whole: Range | null): void {
    const walk = this.#walk
    const { inputs, asked } = this.#around
    if (!asked.kinds.has(kindOf[secret.kind]) || walk.inherited & Telling.sample || walk.own & Telling.sample) return
    const value = text.slice(start, end)
    if (secret.title === 'a Google API key' && (walk.own | walk.inherited) & Telling.open) return
    if (secret.kind === 'jwt' && (isInAddress(text, start) || this.#isIssued())) return
    if ((secret.kind === 'jwt' || secret.kind === 'token') && isOwn(value, inputs)) return
    this.#add(kindOf[secret.kind], secret.title, whole ?? { start, end }, star(value, secret.shown), 0.95)
  }

  /** JSON that was written into a text of JSON. */
  #nested(value: string, start: number, end: number): void {
    const { depth, outer } = this.#around
    if (depth >= deepest || !/^\s*[{[]/.test(value)) return
    const path = [...(outer?.path ?? []), ...this.#walk.path()]
    const walk = new JsonWalk(value, codesOf(value), this.#around.asked.names)
    walk.run(new Judge(walk, { ...this.#around, depth: depth + 1, outer: { start, end, path } }, false))
  }

  /** What a value is by the name of its field, and the numbers in it. */
  #value(value: string, start: number, end: number): void {
    const walk = this.#walk
    if (walk.isOpen && this.#isCut) return
    const telling = walk.own | walk.inherited
    const at = { start, end }
    const named = this.#byName(walk.name(), value, telling)
    if (named) this.#add(named[0], named[1], at, star(value), named[2])
    else if (!(telling & Telling.sample)) this.#numbers(value, telling, at)
  }

  #byName(name: string, value: string, telling: number): readonly [ExposureKind, string, number] | null {
    if (telling & Telling.owner && this.#isOthers(value)) return ['others', 'a record of another user', 0.8]
    if (telling & Telling.named && value.trim() !== '') return ['internal', 'a field that the app calls internal', 0.9]
    if (telling & Telling.sample) return null
    if (telling & Telling.internal && !this.#walk.isLabel && isHeld(name, value))
      return ['internal', 'a field for the inside', 0.85]
    const national = telling & Telling.national ? nationalNumber(name, value) : null
    if (national !== null) return ['identity', national, 0.85]
    if (telling & Telling.code && /^\d{3,4}$/.test(value)) return ['cards', 'a security code of a card', 0.8]
    const isSecret = telling & Telling.secret && !(telling & Telling.open) && this.#isSecret(name, value)
    return isSecret ? ['secrets', 'a secret value', 0.75] : null
  }

  #isSecret(name: string, value: string): boolean {
    if (this.#walk.isLabel || !isRandom(value) || /^(?:pk|pub|public)[_-]|^(?:AIza|https?:|\/)/.test(value))
      return false
    // Made to be handed to the page that pays.
    if (/^[a-z]{2,8}_\w+_secret_\w+$/.test(value)) return false
    return !(/token$/i.test(name) && this.#isIssued()) && !isOwn(value, this.#around.inputs)
  }

  #numbers(value: string, telling: number, whole: Range): void {
    const isCard = (telling & Telling.card) !== 0
    const isNumber = (telling & Telling.number) !== 0 && !(this.#walk.own & Telling.card)
    for (const { start, end, digits, isGrouped } of findCards(value)) {
      const isAlone = end - start === value.trim().length
      const hasWords = isCard || cardWords.test(value)
      if (isNumber ? !(hasWords && !isAlone) : !(isGrouped || isCard || (isAlone && digits.length > 13) || hasWords))
        continue
      this.#add('cards', 'a card number', whole, '*'.repeat(digits.length - 4) + digits.slice(-4), isCard ? 0.95 : 0.85)
      return
    }
    for (const iban of findIbans(value)) {
      if (isOwn(iban.digits, this.#around.inputs) || isOwn(value.slice(iban.start, iban.end), this.#around.inputs))
        continue
      this.#add('accounts', 'an international bank account number', whole, star(iban.digits, 2), 0.85)
      return
    }
  }

  #isOthers(value: string): boolean {
    const { userId, asked, outer } = this.#around
    if (userId === undefined || value === '' || value === userId || this.#walk.frame?.list === true) return false
    return endsWithOne([...(outer?.path ?? []), ...this.#walk.path()], asked.settings.ownerFields)
  }

  #isAllowed(): boolean {
    const path = [...(this.#around.outer?.path ?? []), ...this.#walk.path()]
    const names = this.#around.asked.settings.allowedFields
    return path.some((_, index) => endsWithOne(path.slice(0, index + 1), names))
  }

  /** A token that the answer to a sign-in hands to its own client. */
  #isIssued(): boolean {
    const { asked, inputs } = this.#around
    return (
      (this.#walk.own & Telling.issued) !== 0 && !this.#walk.inList && !asked.settings.issuedTokens && signsIn(inputs)
    )
  }

  #add(kind: ExposureKind, title: string, at: Range, shown: string, confidence: number): void {
    const { asked, found, outer } = this.#around
    if (!asked.kinds.has(kind) || found.length >= mostFound) return
    const path = showPath([...(outer?.path ?? []), ...this.#walk.path()])
    const { start, end } = outer ?? at
    found.push({ kind, title, path, start, end, shown, confidence })
  }
}

/** An address that is signed with a token is for whoever it is given to. */
export function isInAddress(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 400), at)
  const run = /[^\s"'<>]*$/.exec(before)?.[0] ?? ''
  return run.includes('://') || /[?&][\w-]+=$/.test(run)
}
