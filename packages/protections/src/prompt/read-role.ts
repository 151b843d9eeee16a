import { has, mean, type Word } from './words.ts'
import type { Sentences } from './sentence.ts'

const { target, your, speaker, system, ai, role, free, not, fresh, reported, reply, only, others, must, mode, you } =
  mean

export function roleOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at, 14)
  const damp = word.quoted ? 0.3 : 1
  if (has(word, you)) youAreOf(on, at, end)
  if (has(word, role) && !/^(?:respond|play)$/.test(word.text)) actAsOf(on, at, end)
  if (has(word, mode)) modeOf(on, at, end)
  if (has(word, free) && unboundAtOf(on, at) && on.any(you | ai | reply | must, on.behind(at, 8), end)) {
    const told = on.any(reported | others, on.behind(at, 5), at)
    on.hit('unbound', (told ? 0.12 : 0.4) * damp, Math.max(0, at - 1), at)
  }
}

const dampOf = (on: Sentences, at: number): number => (on.words[at]?.quoted ? 0.3 : 1)

/** "You are now …", "from now on you will …". */
function youAreOf(on: Sentences, at: number, end: number): void {
  const damp = dampOf(on, at)
  if (
    on.says(
      /^(?:are|will|bist|es|eres|sei|bent|agora|now|jetzt|ahora|adesso|maintenant|теперь|must|sois|e)$/,
      at + 1,
      at + 3,
    )
  ) {
    const isNow = on.says(
      /^(?:now|jetzt|ahora|adesso|agora|maintenant|nu|теперь|onwards|henceforth)$/,
      Math.max(0, at - 3),
      at + 4,
    )
    const isFree = on.any(free, at + 1, end) && on.any(not | free, at + 1, end) && unboundOf(on, at + 1, end)
    if (isNow && isFree) on.hit('role', 0.68 * damp, at, end - 1)
    else if (
      isNow &&
      !on.says(
        /^(?:connected|subscribed|eligible|logged|able|free|registered|ready|signed|entering|leaving|enrolled|viewing|done|officially|speaking|in|at|on|part|my|welcome|up)$/,
        at + 2,
        at + 4,
      )
    )
      on.hit('role', 0.34 * damp, at, Math.min(end, at + 5) - 1)
    else if (isFree && on.any(ai, at + 1, end)) on.hit('role', 0.5 * damp, at, end - 1)
  }
}

function actAsOf(on: Sentences, at: number, end: number): void {
  {
    const force = on.force(at)
    if (unboundOf(on, at + 1, end)) on.hit('role', 0.55 * force, at, end - 1)
    else if (
      on.says(/^(?:no|without|different|another|new)$/, at + 1, Math.min(end, at + 5)) &&
      on.any(ai, at + 1, end)
    )
      on.hit('role', 0.4 * force, at, end - 1)
    else if (on.any(ai | you, at + 1, Math.min(end, at + 4)) && on.any(ai | system, at + 1, end))
      on.hit('role', 0.25 * force, at, end - 1)
  }
}

function modeOf(on: Sentences, at: number, end: number): void {
  const damp = dampOf(on, at)
  if (
    on.says(
      /^(?:developer|admin|administrator|debug|god|unrestricted|unfiltered|jailbreak|root|maintenance|diagnostic|entwickler|desarrollador|sviluppatore|desenvolvedor|разработчика|dan|sudo|override|test|testing)$/,
      at - 3,
      at + 3,
    )
  ) {
    const isYours = on.any(you | your | ai, on.behind(at, 8), end) || unboundOf(on, at, end)
    const entered = on.says(
      /^(?:enter|enable|enabled|activate|activated|activates|switch|now|engage|engaged|unlock|unlocked|active|on)$/,
      on.behind(at, 7),
      end,
    )
    const mine =
      on.any(speaker, on.behind(at, 6), end) ||
      on.says(/^(?:how|phone|android|chrome|windows|browser|device|game|minecraft|i)$/, on.behind(at, 8), end)
    if (entered && !mine) on.hit('role', (isYours ? 0.55 : 0.33) * damp, Math.max(0, at - 1), at)
  }
}

function unboundOf(on: Sentences, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (has(on.words[at], free) && unboundAtOf(on, at)) return true
  return false
}

function unboundAtOf(on: Sentences, at: number): boolean {
  const { text } = on.words[at] as Word
  if (
    /^(?:unrestricted|unfiltered|uncensored|unbound|jailbroken|amoral|unethical|uninhibited|limitless|uneingeschrankt|unzensiert)/.test(
      text,
    )
  )
    return true
  if (/^(?:anything|unlimited|evil|jailbreak)$/.test(text))
    return on.says(/^(?:do|now|answer|mode)$/, Math.max(0, at - 2), at + 2)
  if (on.says(/^(?:questions|problem|charge|refills)$/, at, at + 2)) return false
  const back = Math.max(on.behind(at, 5), at - 5)
  if (
    on.says(
      /^(?:no|without|ohne|kein|keine|keinen|keinerlei|sans|aucune|aucun|sin|ningun|ninguna|senza|nessuna|nessun|sem|nenhuma|zonder|geen|без|нет|никаких)$/,
      back,
      at,
    )
  )
    return true
  if (
    on.any(not, back, at) &&
    on.says(/^(?:have|has|bound|care|need|apply|hast|hat|tienes|tiene|hai|ha|tem|hebt|heeft)$/, back, at)
  )
    return true
  return (
    on.says(/^(?:disabled|removed|off|lifted|switched)$/, at + 1, Math.min(at + 4, on.words.length)) ||
    /^free$/.test(on.text(at - 2))
  )
}

export function freshOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const damp = word.quoted ? 0.3 : 1
  const end = on.ahead(at, 4)
  const noun = on.find(target, at + 1, Math.min(end, at + 3))
  if (has(word, fresh) && noun !== -1) {
    const colon = on.words[noun + 1]?.first ?? false
    const back = on.behind(at, 3)
    if (word.first || colon || on.any(your | you, back, at) || on.says(/^(?:here|these|following)$/, back, at))
      on.hit('fresh', 0.42 * damp * on.ownership(at, noun), at, noun)
  }
  if (
    has(word, your) &&
    on.says(
      /^(?:task|goal|purpose|mission|objective|job|role|aufgabe|tache|tarea|compito|tarefa|taak|задача|ziel|identity|persona)$/,
      at + 1,
      Math.min(end, at + 4),
    ) &&
    (on.any(fresh | only, at + 1, Math.min(end, at + 3)) || on.says(/^(?:now|changed)$/, at + 1, on.ahead(at, 6)))
  )
    on.hit('fresh', (on.content ? 0.55 : 0.42) * damp, at, Math.min(end, at + 4) - 1)
  if (
    has(word, your) &&
    on.any(target, at + 1, Math.min(end, at + 3)) &&
    on.says(/^(?:updated|changed|replaced|cancelled|canceled|revoked|outdated|void|over)$/, at + 1, on.ahead(at, 7))
  )
    on.hit('fresh', 0.5 * damp, at, end - 1)
  authorityOf(on, at)
}

/** "System override:", "admin override". */
function authorityOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const damp = dampOf(on, at)
  if (has(word, system) && /^(?:system|developer|systeme|sistema|системн)/.test(word.text)) {
    const next = on.text(at + 1)
    const colon = on.words[at + 2]?.first ?? at + 2 >= on.words.length
    if (
      /^(?:override|update|notice|alert|message|instruction|instructions|prompt|note|command)$/.test(next) &&
      colon &&
      word.first
    )
      on.hit('authority', (next === 'override' ? 0.5 : 0.34) * damp, at, at + 1)
  }
  if (
    /^(?:admin|administrator|root|sudo|developer|emergency|priority|security|debug)$/.test(on.text(at - 1)) &&
    word.text === 'override'
  )
    on.hit('authority', 0.4 * damp, at - 1, at)
}
