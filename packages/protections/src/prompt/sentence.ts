import { has, mean, type Word } from './words.ts'
import type { Feature, Hit } from './hit.ts'

/** How far apart the words of one instruction stand. */
const reach = 9
const { target, earlier, your, speaker, system, ai, data, not, reported, others, must, about, you } = mean

/** Words with their neighbours: what stands near in the same sentence, and what was found so far. */
export class Sentences {
  readonly words: readonly Word[]
  /** Fetched content speaks to the model only to misuse it; a person does so all the time. */
  readonly content: boolean
  readonly hits: Hit[] = []

  constructor(words: readonly Word[], content: boolean) {
    this.words = words
    this.content = content
  }

  ahead(at: number, far = reach): number {
    const most = Math.min(this.words.length, at + 1 + far)
    let next = at + 1
    while (next < most && !(this.words[next] as Word).first) next += 1
    return next
  }

  behind(at: number, far: number): number {
    const least = Math.max(0, at - far)
    let back = at
    while (back > least && !(this.words[back] as Word).first) back -= 1
    return back
  }

  find(bits: number, from: number, to: number): number {
    for (let at = from; at < to; at += 1) if (has(this.words[at], bits)) return at
    return -1
  }

  findText(texts: RegExp, from: number, to: number): number {
    for (let at = from; at < Math.min(to, this.words.length); at += 1) if (texts.test(this.text(at))) return at
    return -1
  }

  any(bits: number, from: number, to: number): boolean {
    return this.find(bits, from, to) !== -1
  }

  text(at: number): string {
    return this.words[at]?.text ?? ''
  }

  says(texts: RegExp, from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (texts.test(this.text(at))) return true
    return false
  }

  hit(feature: Feature, weight: number, from: number, last: number): void {
    const one = this.words[from]
    const other = this.words[last]
    if (!one || !other || weight < 0.03) return
    this.hits.push({ feature, weight, start: Math.min(one.start, other.start), end: Math.max(one.end, other.end) })
  }

  force(at: number): number {
    const word = this.words[at] as Word
    let force = word.quoted ? 0.3 : 1
    if (word.first) return force
    const back = this.behind(at, 4)
    if (this.any(others, Math.max(back, at - 2), at)) force *= 0.3
    const before = this.words[at - 1]
    if (has(before, not) && !/^(?:without|stop|sin|sans|ohne|pas)$/.test(before?.text ?? '')) return force * 0.1
    if (this.any(reported, Math.max(back, at - 3), at)) force *= 0.35
    if (/^(?:to|zu|de|di|te)$/.test(this.text(at - 1)) && !this.any(must | you, back, at - 1)) force *= 0.45
    if (this.says(/^(?:can|could|would|may|might|if|does|did|do|how|why|when|whether)$/, back, at))
      force *= this.any(you, back, at) ? 0.8 : 0.45
    return force
  }

  ownership(from: number, noun: number): number {
    if (this.any(speaker, from + 1, noun + 1)) return 0.15
    const end = this.ahead(noun, 7)
    if (this.says(/^(?:i|we|he|she|they|ich|wir|je|nous|yo|io|eu|ik)$/, noun + 1, Math.min(end, noun + 4))) return 0.2
    for (let at = noun + 1; at < Math.min(end, noun + 3); at += 1) {
      if (!has(this.words[at], about) && !/^(?:sent|printed|written|concerning)$/.test(this.text(at))) continue
      if (/^(?:above|before|now|here)$/.test(this.text(at + 1))) continue
      const named = this.any(target | system | ai | data | your | earlier | you, at + 1, Math.min(end, at + 5))
      return named ? 1 : 0.35
    }
    // Delivery instructions, washing instructions, exam rules.
    const qualifier = this.words[noun - 1]
    if (
      qualifier &&
      noun - 1 > from &&
      /^(?:delivery|washing|care|cooking|shipping|assembly|safety|payment|return|house|school|exam|traffic|parking|dosage|doctor|doctors|driving|installation|setup|game|grammar|dress)$/.test(
        qualifier.text,
      )
    )
      return 0.3
    return 1
  }
}
