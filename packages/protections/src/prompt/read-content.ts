import { has, mean, type Word } from './words.ts'
import type { Sentences } from './sentence.ts'

const {
  target,
  earlier,
  all,
  your,
  speaker,
  system,
  reveal,
  secret,
  ai,
  send,
  data,
  tell,
  not,
  user,
  instead,
  reply,
  only,
  reads,
  others,
  must,
  you,
} = mean

export function addressOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at, 6)
  const back = on.behind(at, 7)
  if (
    /^(?:model|models|modele|modelo|agent|agents|agente)$/.test(word.text) &&
    !on.any(ai, at - 2, at) &&
    !on.says(/^(?:language|langage|lenguaje|linguaggio)$/, at - 1, at)
  )
    return
  const reading = on.find(reads, at + 1, Math.min(end, at + 5))
  const weight = addressWeight(on, at, reading)
  const from = reading !== -1 && weight === 0.5 ? at : back
  on.hit('addressed', weight * dampAddress(word, on), from, Math.max(reading, at, Math.min(end, at + 1) - 1))
}

const dampAddress = (word: Word, on: Sentences): number => (word.quoted ? 0.3 : 1) * (on.content ? 1 : 0.6)

function addressWeight(on: Sentences, at: number, reading: number): number {
  const word = on.words[at] as Word
  const back = on.behind(at, 7)
  const begins = on.words[back]?.first ?? false
  const isIf = on.says(/^(?:if|falls|wenn|si|se|als|если)$/, back, at) && on.any(you, back, at)
  const isNote = begins && on.says(greeting, back, at)
  if (isIf || isNote || isRead(on, at, back, reading)) {
    if (reading !== -1 && !on.any(others & ~user, back, at)) return 0.5
    if (isIf) return /^assist/.test(word.text) && !on.any(ai, back, at) ? 0.44 : 0.54
    if (on.says(notice, back, at) && at - back <= 5) return 0.5
  }
  return on.content ? calledWeight(on, at, back) : 0
}

/** "AI models that process this page". */
function isRead(on: Sentences, at: number, back: number, reading: number): boolean {
  if (reading === -1 || !on.says(here, reading, on.ahead(Math.max(reading, at), 4))) return false
  return on.words[at]?.first === true || on.any(all, back, at) || on.any(must, at, on.ahead(at, 12))
}

/** "Assistant, …", "FOR LLM REVIEWERS: …", "the assistant must …". */
function calledWeight(on: Sentences, at: number, back: number): number {
  const word = on.words[at] as Word
  if (word.first && /[,:!]/.test(word.sign)) return 0.44
  const sign = word.sign + (on.words[at + 1]?.sign ?? '')
  if (back < at && sign.includes(':') && /^(?:for|to|fur|an|a|aan|pour|para|per)$/.test(on.text(back))) return 0.44
  const isOrdered = on.any(must | you, at + 1, Math.min(on.ahead(at, 6), at + 3))
  return isOrdered && (on.words[back]?.first ?? false) && at - back <= 3 ? 0.35 : 0
}

const greeting =
  /^(?:note|notice|attention|message|instruction|instructions|hinweis|achtung|wichtig|important|dear|hey|hello|hi|hallo|attenzione|nota|atencion|aviso|aan|внимание|for|to|fur|pour|para|per|an)$/
const here =
  /^(?:this|these|it|here|diese|dieses|diesen|das|dies|ce|cette|ceci|este|esta|esto|questo|questa|isto|dit|deze|это|эту|этот)$/
const notice =
  /^(?:note|notice|attention|message|instruction|instructions|hinweis|achtung|attenzione|nota|atencion|внимание)$/

export function sendOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at, 16)
  const force = on.force(at) * (on.content ? 1 : 0.5)
  if (has(word, send)) {
    const where = on.findText(
      /^(?:https?|www|com|net|org|url|link|webhook|endpoint|address|attacker|mailto|[^@]+@.*)$/,
      at + 1,
      on.ahead(at, 22),
    )
    const stop = where === -1 ? end : Math.min(end, where)
    const what = on.any(secret, at + 1, stop)
      ? 1
      : (on.any(data, at + 1, stop) && on.any(your | all | user | system | earlier, at + 1, stop)) ||
          (on.any(target, at + 1, stop) && on.any(your, at + 1, stop))
        ? on.any(user | your, at + 1, stop) || on.says(/^(?:conversation|history|chat|whole|mailbox)$/, at + 1, stop)
          ? 1
          : 0.8
        : 0
    if (where !== -1 && what > 0 && !on.any(speaker, at + 1, end)) on.hit('carryOut', 0.56 * what * force, at, where)
    else if (what === 1 && on.any(your | system | user, at + 1, end)) on.hit('carryOut', 0.3 * force, at, end - 1)
    return
  }
  if (
    !on.says(
      /^(?:call|use|invoke|run|execute|trigger|rufe|nutze|appelle|utilise|usa|llama|chiama|gebruik|вызови|используй)$/,
      on.behind(at, 5),
      at,
    )
  )
    return
  const isYours = on.any(your | you, on.behind(at, 5), at) || on.says(/^the$/, at - 3, at)
  if (on.content && isYours && !on.any(others, on.behind(at, 6), at)) on.hit('tools', 0.34 * force, at, at)
}

export function concealOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  if (!has(word, tell)) return
  const end = on.ahead(at, 6)
  const back = on.behind(at, 3)
  const negated = on.find(not, Math.max(back, at - 2), at)
  if (negated === -1 || on.any(others, Math.max(0, negated - 2), negated)) return
  const who = on.find(user, at + 1, Math.min(end, at + 5))
  const what = on.find(target, at + 1, end)
  const weight =
    who !== -1
      ? /^(?:user|users|human|humans|nutzer|benutzer|utilisateur|usuario|utente|gebruiker|пользовател)/.test(
          on.text(who),
        )
        ? 0.4
        : 0.15
      : what !== -1
        ? 0.3
        : 0
  on.hit(
    'conceal',
    weight * (word.quoted ? 0.3 : 1) * (on.content ? 1.1 : 0.7),
    negated,
    who === -1 ? Math.max(what, at) : who,
  )
}

export function steerOf(on: Sentences, at: number): void {
  const word = on.words[at] as Word
  const end = on.ahead(at, 6)
  const damp = (word.quoted ? 0.3 : 1) * (on.content ? 1.4 : 1)
  if (has(word, instead)) {
    const near = on.find(reply | reveal | send, on.behind(at, 5), end)
    if (near !== -1 && near !== at && !on.any(others, on.behind(at, 5), end))
      on.hit('steer', 0.2 * damp, Math.min(at, near), Math.max(at, near))
    return
  }
  if (on.force(at) < 0.6) return
  if (on.any(only, at + 1, Math.min(end, at + 4))) on.hit('steer', 0.14 * damp, at, end - 1)
  if (on.content && word.first && on.any(you, at, end)) on.hit('steer', 0.1, at, at)
}
