import type { Hit } from './hit.ts'

/**
 * Marks that part messages for a model. A name after the mark and a new line make it a turn; alone it may be spoken of.
 */
const special =
  /<\|\s*[a-z_]{2,24}(?:[\s:][a-z_]{0,16})?\s*\|>|<\/?s>|\[\/?(?:INST|SYS|SYSTEM|USER|ASSISTANT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<<\/?SYS>>|<(?:start|end)_of_turn>|<\uff5c[^\uff5c\n]{1,24}\uff5c>|\{\{\s*#?(?:system|user|assistant)[^}\n]{0,20}\}\}/giu
const role =
  /^[ \t>*#=[<({|-]{0,6}(system(?: prompt| message| instructions?)?|assistant|developer|user|human|ai|instructions?|new instructions?|tool|function|answer|response|model|bot)[ \t\])>}*|=-]{0,6}(:|\n|\]|>|$)/gim
const roleTag =
  /<\/?(system|assistant|developer|user|human|instructions?|system[_-]?prompt|system[_-]?message|system[_-]?reminder|tool[_-]?results?|function[_-]?calls?|function[_-]?results?|important|admin)(?:\s[^<>\n]{0,80})?>/gi
const endMark =
  /^[ \t]*(?:[-=#*~_<>[\]]{2,12}[ \t]{0,3})(?:(?:the )?(?:end|begin|start|stop|new|ende|fin)(?: of)?(?: the)?[ \t])(?:[a-z]+[ \t]){0,2}?(?:user|system|input|prompt|instructions?|document|context|message|query|text|data|conversation|output|content|email|page|article|session)[ \t]{0,3}(?:[a-z]{0,12})[ \t]{0,3}[-=#*~_<>[\]]{2,12}/gim

/** Text after a mark makes a turn of it. */
const says = /^[\s\S]{0,40}?[\p{L}]{2,}[ ,][\s\S]{0,40}?\p{L}{2,}/u

const mostMarks = 60

export function readMarks(text: string, isContent: boolean): Hit[] {
  const hits: Hit[] = []
  const add = (feature: Hit['feature'], weight: number, start: number, length: number): void => {
    if (weight > 0 && hits.length < mostMarks) hits.push({ feature, weight, start, end: start + length })
  }
  readSpecial(text, add)
  readTurns(text, add, isContent)
  return hits
}

type Add = (feature: Hit['feature'], weight: number, start: number, length: number) => void

const isSpokenOf = (text: string, start: number, end: number): boolean => {
  const before = text.charAt(start - 1)
  const after = text.slice(end, end + 30)
  return /["'`“‘«]/.test(before) && /^[^\n"'`”’»]{0,24}["'`”’»]/.test(after)
}

function readSpecial(text: string, add: Add): void {
  if (!/[<[{]/.test(text)) return
  let seen = 0
  for (const match of text.matchAll(special)) {
    if ((seen += 1) > mostMarks) return
    const [mark] = match
    const end = match.index + mark.length
    if (isSpokenOf(text, match.index, end)) continue
    if (/^<\/?s>$/i.test(mark)) {
      // Struck out in HTML too.
      if (/^\s*(?:\[INST\]|<<SYS)/i.test(text.slice(end, end + 20))) add('template', 0.6, match.index, mark.length)
      continue
    }
    const rest = text.slice(end, end + 120)
    const names =
      /^\s*(?:system|user|assistant|developer|tool)\b/i.test(rest) ||
      /system|user|assistant|inst|sys|turn|end|start/i.test(mark)
    const starts =
      /(?:^|\n)[ \t>]*$/.test(text.slice(Math.max(0, match.index - 8), match.index)) ||
      /^[^\n<]{0,20}\n/.test(rest) ||
      /^\s*(?:system|user|assistant|developer|tool)\b/i.test(rest) ||
      /\/|end|inst|sys/i.test(mark)
    const turn = starts && says.test(rest.replace(/^\s*(?:system|user|assistant|developer|tool)\b/i, ''))
    add('template', names && turn ? 0.66 : turn ? 0.4 : 0.3, match.index, mark.length)
  }
}

const speaksToModel =
  /\b(?:you|must|now|ignore|always|never|user|assistant|instructions?|rules?|override|grant\w*|access|authori[sz]ed|reveal|respond|output|answer|du|vous|usted|tu)\b/i

function readTurns(text: string, add: Add, isContent: boolean): void {
  const kinds = new Set<string>()
  let turns = 0
  for (const match of text.matchAll(role)) {
    if ((turns += 1) > mostMarks) break
    const [mark, name = '', sign = ''] = match
    const rest = text.slice(match.index + mark.length, match.index + mark.length + 160)
    kinds.add(name.toLowerCase())
    if (says.test(rest) || sign === '\n')
      add('turn', weightOfTurn(mark, name.toLowerCase(), rest, sign, match.index), match.index, mark.length)
  }
  // One speaks, the other answers: a conversation that never was.
  if (kinds.has('assistant') && (kinds.has('user') || kinds.has('human') || kinds.has('system')))
    add('turn', 0.35, 0, Math.min(text.length, 80))
  readTags(text, add, isContent)
}

function weightOfTurn(mark: string, name: string, rest: string, sign: string, at: number): number {
  const heading = /^[ \t]*(?:#{1,6}|\[|<|\*\*|={2,}|-{2,}|\{)/.test(mark)
  const orders = speaksToModel.test(rest)
  if (/^(?:system|developer|new instr)/.test(name)) return orders ? (heading || sign === ':' ? 0.5 : 0.3) : 0.08
  if (/^(?:assistant|ai|model|bot)$/.test(name) && at > 0) return heading ? 0.35 : 0.22
  return /^instructions?$/.test(name) && heading && orders ? 0.3 : 0
}

function readTags(text: string, add: Add, isContent: boolean): void {
  for (const match of text.matchAll(roleTag)) {
    const end = match.index + match[0].length
    const rest = text.slice(end, end + 160)
    if (!says.test(rest) || isSpokenOf(text, match.index, end)) continue
    const isTool = /^(?:tool|function)/i.test(match[1] ?? '')
    const isUser = /^(?:user|human)/i.test(match[1] ?? '')
    if (isTool) add('turn', 0.35, match.index, match[0].length)
    else if (!isUser) add('turn', isContent || speaksToModel.test(rest) ? 0.52 : 0.2, match.index, match[0].length)
  }
  for (const match of text.matchAll(endMark)) {
    const end = match.index + match[0].length
    const isFollowed = says.test(text.slice(end, end + 120))
    add('turn', isFollowed ? (isContent ? 0.54 : 0.46) : 0.15, match.index, match[0].length)
  }
}

/** A picture or link that carries something of the conversation away in its address. */
const leak =
  /(?:!?\[[^\]\n]{0,200}\]\(|<img[^>\n]{0,80}src\s*=\s*["']?)https?:\/\/[^\s)"'>]{3,200}?[?&/=](?:[^\s)"'>=&]{1,40}=)?(?:\{[^}\n]{1,60}\}|\[[^\]\n]{1,60}\]|<[^>\n]{1,60}>|\$\{?[a-z_]{2,40}|%(?:7b|5b)[^\s)"'>]{1,60}|(?:secret|data|conversation|history|prompt|context|summary|chat|message|your|user)[a-z_-]{0,30}(?:here|data)?)(?=[)"'>\s&}\]])/gi
const addressThere = /https?:\/\/|www\./i

export function readLeaks(text: string): Hit[] {
  if (!addressThere.test(text)) return []
  const hits: Hit[] = []
  for (const match of text.matchAll(leak)) {
    hits.push({ feature: 'carryOut', weight: 0.5, start: match.index, end: match.index + match[0].length })
    if (hits.length >= 20) break
  }
  return hits
}
