import type { FieldError, ScriptInterpreter } from '@riposte/contract'

interface Draft {
  readonly interpreter: ScriptInterpreter
  readonly content: string
  readonly postCheck: string | null
}

/** Programs that a first line may name, by the interpreter that was chosen. */
const shebangs: Record<ScriptInterpreter, RegExp | null> = {
  bash: /^#!\s*(\/usr)?(\/local)?\/bin\/(env\s+)?bash(\s|$)/,
  sh: /^#!\s*(\/usr)?\/bin\/(env\s+)?(da|ba)?sh(\s|$)/,
  python3: /^#!\s*(\/usr)?(\/local)?\/bin\/(env\s+)?python3?(\.\d+)?(\s|$)/,
  powershell: null,
}

/** What would keep a script from running as its author means, each with what would be right. */
export function findScriptErrors(draft: Draft): FieldError[] {
  return [
    ...errorsOf(draft.interpreter, draft.content, 'content'),
    ...(draft.postCheck === null ? [] : errorsOf(draft.interpreter, draft.postCheck, 'postCheck')),
  ]
}

function errorsOf(interpreter: ScriptInterpreter, text: string, path: string): FieldError[] {
  const errors: FieldError[] = []
  const firstLine = (text.split('\n', 1)[0] ?? '').slice(0, 200)
  if (text.includes('\r') && interpreter !== 'powershell')
    errors.push({
      path,
      message: `Line ${lineOf(text, '\r')} ends with a carriage return (CRLF), which ${interpreter} takes as a part of the command.`,
      allowed: 'lines that end with LF alone',
    })
  if (text.startsWith('\uFEFF'))
    errors.push({
      path,
      message: 'It begins with a byte order mark, which hides the first line.',
      allowed: 'plain UTF-8 text',
    })
  const shebang = shebangs[interpreter]
  if (firstLine.startsWith('#!') && shebang !== null && !shebang.test(firstLine.replace('\r', '')))
    errors.push({
      path,
      message: `Its first line asks for another program than ${interpreter}.`,
      given: firstLine,
      allowed: `#!/usr/bin/env ${interpreter}, or no such line`,
    })
  if (text.trim() === '') errors.push({ path, message: 'It is empty.', allowed: 'at least one command' })
  return errors
}

const lineOf = (text: string, sign: string): number => text.slice(0, text.indexOf(sign)).split('\n').length

/** Why somebody may not approve a version; null when they may. */
export function mayApproveScript(
  version: { readonly state: string; readonly authorId: string; readonly sha256: string },
  voter: { readonly memberId: string; readonly sha256: string },
): { code: 'approval.self' | 'approval.not_waiting' | 'approval.changed'; why: string } | null {
  if (version.state !== 'draft') return { code: 'approval.not_waiting', why: `That version is ${version.state}.` }
  if (version.authorId === voter.memberId)
    return { code: 'approval.self', why: 'Somebody other than its author has to read it.' }
  if (version.sha256 !== voter.sha256)
    return { code: 'approval.changed', why: 'You were looking at other bytes than the ones that are stored.' }
  return null
}
