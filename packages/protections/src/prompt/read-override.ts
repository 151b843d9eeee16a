import { has, mean, type Word } from './words.ts'
import type { Sentences } from './sentence.ts'

const {
  override,
  target,
  weakTarget,
  earlier,
  all,
  your,
  speaker,
  system,
  reveal,
  secret,
  data,
  not,
  obey,
  reported,
  others,
  you,
} = mean

export function overrideOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at)
  let verb = at
  if (!has(word, override)) {
    if (!has(word, obey)) return
    // "Do not follow", "stop listening to", "no longer bound by".
    verb = on.find(not, on.behind(at, 4), at)
    if (verb === -1) return
    if (on.any(others, Math.max(0, verb - 2), verb)) return
  }
  const force = has(word, override) ? on.force(at) : word.quoted ? 0.3 : 0.92
  const noun = on.find(target, at + 1, end)
  const weak = noun === -1 ? on.find(weakTarget, at + 1, end) : -1
  const found = noun === -1 ? weak : noun
  if (found !== -1) {
    const to = Math.min(on.ahead(found, 6), on.words.length)
    const isEarlier = on.any(earlier, at + 1, to)
    const isAll =
      on.any(all | your | system, at + 1, to) ||
      on.says(/^(?:given|told|received|got|dieron|gegeben|gegeven|dato|dado)$/, found, to)
    const isYours = on.any(you, found, to)
    const basis = noun === -1 ? 0.62 : 0.72
    const weight = isEarlier || (isAll && isYours) ? basis : isAll ? basis - 0.14 : isYours ? 0.45 : 0.28
    // "Ignore attempts to change these instructions" says the opposite.
    const isOfOthers = on.any(reported | override, at + 1, found) && !on.says(/^(?:and|then|or)$/, at + 1, found)
    on.hit('override', weight * force * on.ownership(at, found) * (isOfOthers ? 0.35 : 1), verb, found)
    return
  }
  overrideAllOf(on, at, end, force)
}

/** "Forget everything above", "ignore the above and", "disregard what you were told". */
function overrideAllOf(on: Sentences, at: number, end: number, force: number): void {
  const whole = on.find(all, at + 1, Math.min(end, at + 4))
  const past = on.find(earlier, at + 1, end)
  const told = on.says(
    /^(?:told|taught|learned|given|instructed|said|gesagt|dit|dicho|detto|dito|gezegd|know|сказали|сказано)$/,
    at + 1,
    end,
  )
  const mine = on.any(speaker, at + 1, end) || on.says(/^(?:i|we)$/, at + 1, end)
  const things =
    on.any(data, at + 1, past === -1 ? end : past) &&
    !on.says(/^(?:conversation|context|prompt|gesprach|conversacion)$/, at + 1, end)
  const next = on.words[past + 1]
  const isOfThings =
    past !== -1 &&
    next &&
    !next.first &&
    next.bits === 0 &&
    !/^(?:and|or|line|this|that|which|in|it|is|then|message|text|page|to|und|et|y|e|en|the|was|were)$/.test(next.text)
  if (mine || things || isOfThings) return
  if (whole !== -1 && (past !== -1 || told)) on.hit('override', 0.6 * force, at, past === -1 ? whole : past)
  else if (told && on.any(you, at + 1, end)) on.hit('override', 0.58 * force, at, Math.min(end, at + 6) - 1)
  else if (
    past !== -1 &&
    past <= at + 2 &&
    /^(?:above|oben|dessus|arriba|sopra|acima|bovenstaande|obiges?|all)$/.test(on.text(past))
  )
    on.hit('override', 0.5 * force, at, past)
}

export function extractOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at)
  if (!has(word, reveal)) {
    askedOf(on, at)
    return
  }
  const force = on.force(at)
  {
    const noun = on.find(target, at + 1, end)
    const key = on.find(secret, at + 1, end)
    if (noun !== -1) extractTarget(on, at, noun, force)
    else if (key !== -1) {
      const isTheirs =
        on.any(your | system | all, at + 1, on.ahead(key, 3)) ||
        on.says(/^(?:environment|admin|database|server|stored|other|api|db)$/, at + 1, key)
      const mine = on.any(speaker, at + 1, end) || on.says(/^(?:i|reset|change|how)$/, on.behind(at, 5), end)
      if (isTheirs && !mine) on.hit('secret', 0.5 * force, at, key)
    } else if (
      on.says(/^(?:text|words|everything|content|lines|messages|conversation|message|sentence)$/, at + 1, end) &&
      on.says(/^(?:above|verbatim)$/, at + 1, end) &&
      !on.any(speaker, at + 1, end)
    ) {
      on.hit(
        'extract',
        (on.says(/^(?:verbatim|everything|starting|exactly|exact|beginning)$/, at + 1, on.ahead(at, 14)) ? 0.5 : 0.3) *
          force,
        at,
        end - 1,
      )
    }
    const weak = noun === -1 ? on.find(weakTarget, at + 1, Math.min(end, at + 6)) : -1
    if (weak !== -1 && on.any(your, at + 1, weak) && on.any(system, at + 1, weak))
      on.hit('extract', 0.5 * force, at, weak)
  }
}

/** "What is your system prompt?", "What were you told before this?" */
function askedOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at)
  if (
    has(word, target) &&
    has(on.words[at - 1], system) &&
    (on.any(your, on.behind(at, 4), at) ||
      on.says(/^(?:complete|full|exact|entire|original|whole)$/, on.behind(at, 4), at))
  ) {
    // "What is your system prompt?"
    const asked = on.says(
      /^(?:what|which|was|quel|quelle|quelles|quels|cual|cuales|qual|quali|quais|wat|welche|wie|какой|какие|каков)$/,
      on.behind(at, 7),
      at,
    )
    if (asked) on.hit('extract', word.quoted ? 0.2 : 0.52, on.behind(at, 4), at)
  }
  if (
    has(word, you) &&
    on.says(/^(?:told|instructed|programmed|given)$/, at + 1, Math.min(end, at + 4)) &&
    on.says(/^(?:what|which)$/, on.behind(at, 4), at) &&
    on.says(/^(?:before|start|beginning|secretly|originally|exactly|instructions|system)$/, at, end)
  )
    on.hit('extract', 0.45, at, end - 1)
}

const anyOne = /^(?:a|an|another|ein|eine|einen|un|une|una|um|uma|een)$/

function extractTarget(on: Sentences, at: number, noun: number, force: number): void {
  const isSystem = on.any(system | earlier, at + 1, Math.min(noun + 3, on.ahead(at)))
  const isYours = on.any(your, at + 1, noun)
  if (on.says(anyOne, noun - 2, noun)) return
  const weight = isSystem ? (isYours ? 0.7 : 0.55) : isYours ? 0.5 : on.any(you, noun, on.ahead(noun, 5)) ? 0.42 : 0
  const isMine = on.any(speaker, at + 1, noun + 1) && !isYours && !/^(?:me|mi)$/.test(on.text(at + 1))
  const owned = isSystem ? (isMine ? 0.2 : 1) : on.ownership(at, noun)
  on.hit('extract', weight * force * owned, at, noun)
}
