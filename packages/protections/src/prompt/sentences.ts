import { has, mean, type Word } from './words.ts'
import type { Feature, Hit } from './hit.ts'

/** How far apart the words of one instruction stand. */
const reach = 9
/** A text of people says such things now and then; a text of thousands of hits says them no surer. */
const mostHits = 400

const { override, target, weakTarget, earlier, all, your, speaker, system, reveal, secret, ai, role, free, send } = mean
const { data, tell, not, user, instead, fresh, obey, reported, reply, only, tool, reads, others, must, mode, about } =
  mean
const { you } = mean

/** What sentences of words say to a model; linear, since each word looks at a few neighbours. */
export function readSentences(words: readonly Word[], from: 'person' | 'content'): Hit[] {
  const reader = new Sentences(words, from === 'content')
  return reader.read()
}

class Sentences {
  readonly #words: readonly Word[]
  readonly #content: boolean
  readonly #hits: Hit[] = []

  constructor(words: readonly Word[], content: boolean) {
    this.#words = words
    this.#content = content
  }

  read(): Hit[] {
    const { length } = this.#words
    for (let at = 0; at < length && this.#hits.length < mostHits; at += 1) {
      const bits = (this.#words[at] as Word).bits
      if (bits === 0) continue
      if ((bits & (override | obey | all)) !== 0) this.#override(at)
      if ((bits & (reveal | you | target)) !== 0) this.#extract(at)
      if ((bits & (role | you | mode | free | ai)) !== 0) this.#role(at)
      if ((bits & (fresh | your | system)) !== 0) this.#fresh(at)
      if ((bits & ai) !== 0) this.#address(at)
      if ((bits & (send | tool)) !== 0) this.#send(at)
      if ((bits & (tell | not)) !== 0) this.#conceal(at)
      if ((bits & (instead | reply)) !== 0) this.#steer(at)
    }
    return this.#hits
  }

  /** The index after the last word of the sentence, or of what is near. */
  #ahead(at: number, far = reach): number {
    const most = Math.min(this.#words.length, at + 1 + far)
    let next = at + 1
    while (next < most && !(this.#words[next] as Word).first) next += 1
    return next
  }

  #behind(at: number, far: number): number {
    const least = Math.max(0, at - far)
    let back = at
    while (back > least && !(this.#words[back] as Word).first) back -= 1
    return back
  }

  #find(bits: number, from: number, to: number): number {
    for (let at = from; at < to; at += 1) if (has(this.#words[at], bits)) return at
    return -1
  }

  #any(bits: number, from: number, to: number): boolean {
    return this.#find(bits, from, to) !== -1
  }

  #text(at: number): string {
    return this.#words[at]?.text ?? ''
  }

  #says(texts: RegExp, from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (texts.test(this.#text(at))) return true
    return false
  }

  #hit(feature: Feature, weight: number, from: number, last: number): void {
    const one = this.#words[from]
    const other = this.#words[last]
    if (!one || !other || weight < 0.03) return
    this.#hits.push({ feature, weight, start: Math.min(one.start, other.start), end: Math.max(one.end, other.end) })
  }

  /** How much a verb is an instruction to whoever reads it: told of others, quoted or negated it is less. */
  #force(at: number): number {
    const word = this.#words[at] as Word
    let force = word.quoted ? 0.3 : 1
    if (word.first) return force
    const back = this.#behind(at, 4)
    if (this.#any(others, Math.max(back, at - 2), at)) force *= 0.3
    const before = this.#words[at - 1]
    if (has(before, not) && !/^(?:without|stop|sin|sans|ohne|pas)$/.test(before?.text ?? '')) return force * 0.1
    if (this.#any(reported, Math.max(back, at - 3), at)) force *= 0.35
    if (/^(?:to|zu|de|di|te)$/.test(this.#text(at - 1)) && !this.#any(must | you, back, at - 1)) force *= 0.45
    if (this.#says(/^(?:can|could|would|may|might|if|does|did|do|how|why|when|whether)$/, back, at))
      force *= this.#any(you, back, at) ? 0.8 : 0.45
    return force
  }

  /** How much what is spoken of is the model's, and not the speaker's own or that of a thing in the world. */
  #ownership(from: number, noun: number): number {
    if (this.#any(speaker, from + 1, noun + 1)) return 0.15
    const end = this.#ahead(noun, 7)
    if (this.#says(/^(?:i|we|he|she|they|ich|wir|je|nous|yo|io|eu|ik)$/, noun + 1, Math.min(end, noun + 4))) return 0.2
    for (let at = noun + 1; at < Math.min(end, noun + 3); at += 1) {
      if (!has(this.#words[at], about) && !/^(?:sent|printed|written|concerning)$/.test(this.#text(at))) continue
      if (/^(?:above|before|now|here)$/.test(this.#text(at + 1))) continue
      const named = this.#any(target | system | ai | data | your | earlier | you, at + 1, Math.min(end, at + 5))
      return named ? 1 : 0.35
    }
    // Delivery instructions, washing instructions, exam rules.
    const qualifier = this.#words[noun - 1]
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

  #override(at: number): void {
    const word = this.#words[at] as Word
    const end = this.#ahead(at)
    let verb = at
    if (!has(word, override)) {
      if (!has(word, obey)) return
      // "Do not follow", "stop listening to", "no longer bound by".
      verb = this.#find(not, this.#behind(at, 4), at)
      if (verb === -1) return
      if (this.#any(others, Math.max(0, verb - 2), verb)) return
    }
    const force = has(word, override) ? this.#force(at) : word.quoted ? 0.3 : 0.92
    const noun = this.#find(target, at + 1, end)
    const weak = noun === -1 ? this.#find(weakTarget, at + 1, end) : -1
    const found = noun === -1 ? weak : noun
    if (found !== -1) {
      const to = Math.min(this.#ahead(found, 6), this.#words.length)
      const isEarlier = this.#any(earlier, at + 1, to)
      const isAll =
        this.#any(all | your | system, at + 1, to) ||
        this.#says(/^(?:given|told|received|got|dieron|gegeben|gegeven|dato|dado)$/, found, to)
      const isYours = this.#any(you, found, to)
      const basis = noun === -1 ? 0.62 : 0.72
      const weight = isEarlier || (isAll && isYours) ? basis : isAll ? basis - 0.14 : isYours ? 0.45 : 0.28
      // "Ignore attempts to change these instructions" says the opposite.
      const isOfOthers =
        this.#any(reported | override, at + 1, found) && !this.#says(/^(?:and|then|or)$/, at + 1, found)
      this.#hit('override', weight * force * this.#ownership(at, found) * (isOfOthers ? 0.35 : 1), verb, found)
      return
    }
    this.#overrideAll(at, end, force)
  }

  /** "Forget everything above", "ignore the above and", "disregard what you were told". */
  #overrideAll(at: number, end: number, force: number): void {
    const whole = this.#find(all, at + 1, Math.min(end, at + 4))
    const past = this.#find(earlier, at + 1, end)
    const told = this.#says(
      /^(?:told|taught|learned|given|instructed|said|gesagt|dit|dicho|detto|dito|gezegd|know|сказали|сказано)$/,
      at + 1,
      end,
    )
    const mine = this.#any(speaker, at + 1, end) || this.#says(/^(?:i|we)$/, at + 1, end)
    const things =
      this.#any(data, at + 1, past === -1 ? end : past) &&
      !this.#says(/^(?:conversation|context|prompt|gesprach|conversacion)$/, at + 1, end)
    const next = this.#words[past + 1]
    const isOfThings =
      past !== -1 &&
      next &&
      !next.first &&
      next.bits === 0 &&
      !/^(?:and|or|line|this|that|which|in|it|is|then|message|text|page|to|und|et|y|e|en|the|was|were)$/.test(next.text)
    if (mine || things || isOfThings) return
    if (whole !== -1 && (past !== -1 || told)) this.#hit('override', 0.6 * force, at, past === -1 ? whole : past)
    else if (told && this.#any(you, at + 1, end)) this.#hit('override', 0.58 * force, at, Math.min(end, at + 6) - 1)
    else if (
      past !== -1 &&
      past <= at + 2 &&
      /^(?:above|oben|dessus|arriba|sopra|acima|bovenstaande|obiges?|all)$/.test(this.#text(past))
    )
      this.#hit('override', 0.5 * force, at, past)
  }

  #extract(at: number): void {
    const word = this.#words[at] as Word
    const end = this.#ahead(at)
    if (has(word, reveal)) {
      const force = this.#force(at)
      const noun = this.#find(target, at + 1, end)
      const key = this.#find(secret, at + 1, end)
      if (noun !== -1) {
        const isSystem = this.#any(system | earlier, at + 1, noun + 3 < end ? noun + 3 : end)
        const isYours = this.#any(your, at + 1, noun)
        if (
          /^(?:a|an|another|ein|eine|einen|un|une|una|um|uma|een)$/.test(this.#text(noun - 1)) ||
          /^(?:a|an|another|ein|eine|einen|un|une|una|um|uma|een)$/.test(this.#text(noun - 2))
        )
          return
        const weight = isSystem
          ? isYours
            ? 0.7
            : 0.55
          : isYours
            ? 0.5
            : this.#any(you, noun, this.#ahead(noun, 5))
              ? 0.42
              : 0
        this.#hit(
          'extract',
          weight *
            force *
            (isSystem
              ? this.#any(speaker, at + 1, noun + 1) && !isYours && !/^(?:me|mi)$/.test(this.#text(at + 1))
                ? 0.2
                : 1
              : this.#ownership(at, noun)),
          at,
          noun,
        )
      } else if (key !== -1) {
        const isTheirs =
          this.#any(your | system | all, at + 1, this.#ahead(key, 3)) ||
          this.#says(/^(?:environment|admin|database|server|stored|other|api|db)$/, at + 1, key)
        const mine = this.#any(speaker, at + 1, end) || this.#says(/^(?:i|reset|change|how)$/, this.#behind(at, 5), end)
        if (isTheirs && !mine) this.#hit('secret', 0.5 * force, at, key)
      } else if (
        this.#says(/^(?:text|words|everything|content|lines|messages|conversation|message|sentence)$/, at + 1, end) &&
        this.#says(/^(?:above|verbatim)$/, at + 1, end) &&
        !this.#any(speaker, at + 1, end)
      ) {
        this.#hit(
          'extract',
          (this.#says(/^(?:verbatim|everything|starting|exactly|exact|beginning)$/, at + 1, this.#ahead(at, 14))
            ? 0.5
            : 0.3) * force,
          at,
          end - 1,
        )
      }
      const weak = noun === -1 ? this.#find(weakTarget, at + 1, Math.min(end, at + 6)) : -1
      if (weak !== -1 && this.#any(your, at + 1, weak) && this.#any(system, at + 1, weak))
        this.#hit('extract', 0.5 * force, at, weak)
      return
    }
    if (
      has(word, target) &&
      has(this.#words[at - 1], system) &&
      (this.#any(your, this.#behind(at, 4), at) ||
        this.#says(/^(?:complete|full|exact|entire|original|whole)$/, this.#behind(at, 4), at))
    ) {
      // "What is your system prompt?"
      const asked = this.#says(
        /^(?:what|which|was|quel|quelle|quelles|quels|cual|cuales|qual|quali|quais|wat|welche|wie|какой|какие|каков)$/,
        this.#behind(at, 7),
        at,
      )
      if (asked) this.#hit('extract', word.quoted ? 0.2 : 0.52, this.#behind(at, 4), at)
    }
    if (
      has(word, you) &&
      this.#says(/^(?:told|instructed|programmed|given)$/, at + 1, Math.min(end, at + 4)) &&
      this.#says(/^(?:what|which)$/, this.#behind(at, 4), at) &&
      this.#says(/^(?:before|start|beginning|secretly|originally|exactly|instructions|system)$/, at, end)
    )
      this.#hit('extract', 0.45, at, end - 1)
  }

  #role(at: number): void {
    const word = this.#words[at] as Word
    const end = this.#ahead(at, 14)
    const damp = word.quoted ? 0.3 : 1
    const text = word.text
    if (
      has(word, you) &&
      this.#says(
        /^(?:are|will|bist|es|eres|sei|bent|agora|now|jetzt|ahora|adesso|maintenant|теперь|must|sois|e)$/,
        at + 1,
        at + 3,
      )
    ) {
      const isNow = this.#says(
        /^(?:now|jetzt|ahora|adesso|agora|maintenant|nu|теперь|onwards|henceforth)$/,
        Math.max(0, at - 3),
        at + 4,
      )
      const isFree = this.#any(free, at + 1, end) && this.#any(not | free, at + 1, end) && this.#unbound(at + 1, end)
      if (isNow && isFree) this.#hit('role', 0.68 * damp, at, end - 1)
      else if (
        isNow &&
        !this.#says(
          /^(?:connected|subscribed|eligible|logged|able|free|registered|ready|signed|entering|leaving|enrolled|viewing|done|officially|speaking|in|at|on|part|my|welcome|up)$/,
          at + 2,
          at + 4,
        )
      )
        this.#hit('role', 0.34 * damp, at, Math.min(end, at + 5) - 1)
      else if (isFree && this.#any(ai, at + 1, end)) this.#hit('role', 0.5 * damp, at, end - 1)
    }
    if (has(word, role) && !/^(?:respond|play)$/.test(text)) {
      const force = this.#force(at)
      if (this.#unbound(at + 1, end)) this.#hit('role', 0.55 * force, at, end - 1)
      else if (
        this.#says(/^(?:no|without|different|another|new)$/, at + 1, Math.min(end, at + 5)) &&
        this.#any(ai, at + 1, end)
      )
        this.#hit('role', 0.4 * force, at, end - 1)
      else if (this.#any(ai | you, at + 1, Math.min(end, at + 4)) && this.#any(ai | system, at + 1, end))
        this.#hit('role', 0.25 * force, at, end - 1)
    }
    if (
      has(word, mode) &&
      this.#says(
        /^(?:developer|admin|administrator|debug|god|unrestricted|unfiltered|jailbreak|root|maintenance|diagnostic|entwickler|desarrollador|sviluppatore|desenvolvedor|разработчика|dan|sudo|override|test|testing)$/,
        at - 3,
        at + 3,
      )
    ) {
      const isYours = this.#any(you | your | ai, this.#behind(at, 8), end) || this.#unbound(at, end)
      const entered = this.#says(
        /^(?:enter|enable|enabled|activate|activated|activates|switch|now|engage|engaged|unlock|unlocked|active|on)$/,
        this.#behind(at, 7),
        end,
      )
      const mine =
        this.#any(speaker, this.#behind(at, 6), end) ||
        this.#says(/^(?:how|phone|android|chrome|windows|browser|device|game|minecraft|i)$/, this.#behind(at, 8), end)
      if (entered && !mine) this.#hit('role', (isYours ? 0.55 : 0.33) * damp, Math.max(0, at - 1), at)
    }
    if (has(word, free) && this.#unboundAt(at) && this.#any(you | ai | reply | must, this.#behind(at, 8), end)) {
      const told = this.#any(reported | others, this.#behind(at, 5), at)
      this.#hit('unbound', (told ? 0.12 : 0.4) * damp, Math.max(0, at - 1), at)
    }
  }

  /** Free of rules: one word that says so, or rules with a no before them. */
  #unbound(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (has(this.#words[at], free) && this.#unboundAt(at)) return true
    return false
  }

  #unboundAt(at: number): boolean {
    const { text } = this.#words[at] as Word
    if (
      /^(?:unrestricted|unfiltered|uncensored|unbound|jailbroken|amoral|unethical|uninhibited|limitless|uneingeschrankt|unzensiert)/.test(
        text,
      )
    )
      return true
    if (/^(?:anything|unlimited|evil|jailbreak)$/.test(text))
      return this.#says(/^(?:do|now|answer|mode)$/, Math.max(0, at - 2), at + 2)
    if (this.#says(/^(?:questions|problem|charge|refills)$/, at, at + 2)) return false
    const back = Math.max(this.#behind(at, 5), at - 5)
    if (
      this.#says(
        /^(?:no|without|ohne|kein|keine|keinen|keinerlei|sans|aucune|aucun|sin|ningun|ninguna|senza|nessuna|nessun|sem|nenhuma|zonder|geen|без|нет|никаких)$/,
        back,
        at,
      )
    )
      return true
    if (
      this.#any(not, back, at) &&
      this.#says(/^(?:have|has|bound|care|need|apply|hast|hat|tienes|tiene|hai|ha|tem|hebt|heeft)$/, back, at)
    )
      return true
    return (
      this.#says(/^(?:disabled|removed|off|lifted|switched)$/, at + 1, Math.min(at + 4, this.#words.length)) ||
      /^free$/.test(this.#text(at - 2))
    )
  }

  #fresh(at: number): void {
    const word = this.#words[at] as Word
    const damp = word.quoted ? 0.3 : 1
    const end = this.#ahead(at, 4)
    const noun = this.#find(target, at + 1, Math.min(end, at + 3))
    if (has(word, fresh) && noun !== -1) {
      const colon = this.#words[noun + 1]?.first ?? false
      const back = this.#behind(at, 3)
      if (word.first || colon || this.#any(your | you, back, at) || this.#says(/^(?:here|these|following)$/, back, at))
        this.#hit('fresh', 0.42 * damp * this.#ownership(at, noun), at, noun)
    }
    if (
      has(word, your) &&
      this.#says(
        /^(?:task|goal|purpose|mission|objective|job|role|aufgabe|tache|tarea|compito|tarefa|taak|задача|ziel|identity|persona)$/,
        at + 1,
        Math.min(end, at + 4),
      ) &&
      (this.#any(fresh | only, at + 1, Math.min(end, at + 3)) ||
        this.#says(/^(?:now|changed)$/, at + 1, this.#ahead(at, 6)))
    )
      this.#hit('fresh', (this.#content ? 0.55 : 0.42) * damp, at, Math.min(end, at + 4) - 1)
    if (
      has(word, your) &&
      this.#any(target, at + 1, Math.min(end, at + 3)) &&
      this.#says(
        /^(?:updated|changed|replaced|cancelled|canceled|revoked|outdated|void|over)$/,
        at + 1,
        this.#ahead(at, 7),
      )
    )
      this.#hit('fresh', 0.5 * damp, at, end - 1)
    if (has(word, system) && /^(?:system|developer|systeme|sistema|системн)/.test(word.text)) {
      const next = this.#text(at + 1)
      const colon = this.#words[at + 2]?.first ?? at + 2 >= this.#words.length
      if (
        /^(?:override|update|notice|alert|message|instruction|instructions|prompt|note|command)$/.test(next) &&
        colon &&
        word.first
      )
        this.#hit('authority', (next === 'override' ? 0.5 : 0.34) * damp, at, at + 1)
    }
    if (
      /^(?:admin|administrator|root|sudo|developer|emergency|priority|security|debug)$/.test(this.#text(at - 1)) &&
      word.text === 'override'
    )
      this.#hit('authority', 0.4 * damp, at - 1, at)
  }

  #address(at: number): void {
    const word = this.#words[at] as Word
    const end = this.#ahead(at, 6)
    const back = this.#behind(at, 7)
    const damp = (word.quoted ? 0.3 : 1) * (this.#content ? 1 : 0.6)
    if (
      /^(?:model|models|modele|modelo|agent|agents|agente)$/.test(word.text) &&
      !this.#any(ai, at - 2, at) &&
      !this.#says(/^(?:language|langage|lenguaje|linguaggio)$/, at - 1, at)
    )
      return
    const reading = this.#find(reads, at + 1, Math.min(end, at + 5))
    const isIf = this.#says(/^(?:if|falls|wenn|si|se|als|если)$/, back, at) && this.#any(you, back, at)
    const isCalled = word.first && /[,:!]/.test(word.sign)
    const isHead =
      back < at &&
      /[:]/.test(word.sign + (this.#words[at + 1]?.sign ?? '')) &&
      /^(?:for|to|fur|an|a|aan|pour|para|per|an)$/.test(this.#text(back))
    const isNote =
      this.#says(
        /^(?:note|notice|attention|message|instruction|instructions|hinweis|achtung|wichtig|important|dear|hey|hello|hi|hallo|attenzione|nota|atencion|aviso|aan|внимание|for|to|fur|pour|para|per|an)$/,
        back,
        at,
      ) &&
      (this.#words[back]?.first ?? false)
    const isThis = this.#says(
      /^(?:this|these|it|here|diese|dieses|diesen|das|dies|ce|cette|ceci|este|esta|esto|questo|questa|isto|dit|deze|это|эту|этот)$/,
      reading,
      this.#ahead(Math.max(reading, at), 4),
    )
    if (
      reading !== -1 &&
      (isThis || isNote || isIf) &&
      (word.first || isNote || isIf || this.#any(all, back, at) || this.#any(must, at, this.#ahead(at, 12))) &&
      !this.#any(others & ~mean.user, back, at)
    )
      this.#hit('addressed', 0.5 * damp, at, reading)
    else if (isIf)
      this.#hit('addressed', (/^assist/.test(word.text) && !this.#any(ai, back, at) ? 0.44 : 0.54) * damp, back, at)
    else if (
      isNote &&
      this.#says(
        /^(?:note|notice|attention|message|instruction|instructions|hinweis|achtung|attenzione|nota|atencion|внимание)$/,
        back,
        at,
      ) &&
      at - back <= 5
    )
      this.#hit('addressed', 0.5 * damp, back, at)
    else if (this.#content && (isCalled || isHead)) this.#hit('addressed', 0.45 * damp, back, at)
    else if (
      this.#content &&
      (this.#words[back]?.first ?? false) &&
      this.#any(must | you, at + 1, Math.min(end, at + 3)) &&
      at - back <= 3
    )
      this.#hit('addressed', 0.35 * damp, at, Math.min(end, at + 3) - 1)
  }

  #send(at: number): void {
    const word = this.#words[at] as Word
    const end = this.#ahead(at, 16)
    const force = this.#force(at) * (this.#content ? 1 : 0.5)
    if (has(word, send)) {
      const where = this.#findText(
        /^(?:https?|www|com|net|org|url|link|webhook|endpoint|address|attacker|mailto|[^@]+@.*)$/,
        at + 1,
        this.#ahead(at, 22),
      )
      const stop = where === -1 ? end : Math.min(end, where)
      const what = this.#any(secret, at + 1, stop)
        ? 1
        : (this.#any(data, at + 1, stop) && this.#any(your | all | user | system | earlier, at + 1, stop)) ||
            (this.#any(target, at + 1, stop) && this.#any(your, at + 1, stop))
          ? this.#any(user | your, at + 1, stop) ||
            this.#says(/^(?:conversation|history|chat|whole|mailbox)$/, at + 1, stop)
            ? 1
            : 0.8
          : 0
      if (where !== -1 && what > 0 && !this.#any(speaker, at + 1, end))
        this.#hit('carryOut', 0.56 * what * force, at, where)
      else if (what === 1 && this.#any(your | system | user, at + 1, end))
        this.#hit('carryOut', 0.3 * force, at, end - 1)
      return
    }
    if (
      !this.#says(
        /^(?:call|use|invoke|run|execute|trigger|rufe|nutze|appelle|utilise|usa|llama|chiama|gebruik|вызови|используй)$/,
        this.#behind(at, 5),
        at,
      )
    )
      return
    const isYours = this.#any(your | you, this.#behind(at, 5), at) || this.#says(/^the$/, at - 3, at)
    if (this.#content && isYours && !this.#any(others, this.#behind(at, 6), at))
      this.#hit('tools', 0.34 * force, at, at)
  }

  #findText(texts: RegExp, from: number, to: number): number {
    for (let at = from; at < Math.min(to, this.#words.length); at += 1) if (texts.test(this.#text(at))) return at
    return -1
  }

  #conceal(at: number): void {
    const word = this.#words[at] as Word
    if (!has(word, tell)) return
    const end = this.#ahead(at, 6)
    const back = this.#behind(at, 3)
    const negated = this.#find(not, Math.max(back, at - 2), at)
    if (negated === -1 || this.#any(others, Math.max(0, negated - 2), negated)) return
    const who = this.#find(user, at + 1, Math.min(end, at + 5))
    const what = this.#find(target, at + 1, end)
    const weight =
      who !== -1
        ? /^(?:user|users|human|humans|nutzer|benutzer|utilisateur|usuario|utente|gebruiker|пользовател)/.test(
            this.#text(who),
          )
          ? 0.4
          : 0.15
        : what !== -1
          ? 0.3
          : 0
    this.#hit(
      'conceal',
      weight * (word.quoted ? 0.3 : 1) * (this.#content ? 1.1 : 0.7),
      negated,
      who === -1 ? Math.max(what, at) : who,
    )
  }

  #steer(at: number): void {
    const word = this.#words[at] as Word
    const end = this.#ahead(at, 6)
    const damp = (word.quoted ? 0.3 : 1) * (this.#content ? 1.4 : 1)
    if (has(word, instead)) {
      const near = this.#find(reply | reveal | send, this.#behind(at, 5), end)
      if (near !== -1 && near !== at && !this.#any(others, this.#behind(at, 5), end))
        this.#hit('steer', 0.2 * damp, Math.min(at, near), Math.max(at, near))
      return
    }
    if (this.#force(at) < 0.6) return
    if (this.#any(only, at + 1, Math.min(end, at + 4))) this.#hit('steer', 0.14 * damp, at, end - 1)
    if (this.#content && word.first && this.#any(you, at, end)) this.#hit('steer', 0.1, at, at)
  }
}
