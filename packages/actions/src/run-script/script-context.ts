import { scriptInterpreters, ScriptStatement, scriptSignaturePayloadType } from '@riposte/contract'
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import type { ControlPlane } from '../host.ts'

const ScriptContext = z.object({
  content: z.string().min(1).max(1_000_000),
  sha256: z.string(),
  postCheck: z.string().max(1_000_000).nullable().default(null),
  interpreter: z.enum(scriptInterpreters),
  signatures: z.array(z.unknown()).max(4),
})
export type ScriptContext = z.output<typeof ScriptContext>

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * What the signed command brought, held against what two people signed: the author and somebody else, both of exactly these bytes.
 * @throws ActionFailure `signature_refused`
 */
export function readScriptContext(
  given: Readonly<Record<string, unknown>>,
  parameters: { readonly scriptId: string; readonly version: number },
  controlPlane: Pick<ControlPlane, 'readSigned'>,
): ScriptContext {
  const parsed = ScriptContext.safeParse(given)
  if (!parsed.success) throw new ActionFailure('signature_refused', 'The command brought no whole script.')
  const script = parsed.data
  if (hashOf(script.content) !== script.sha256)
    throw new ActionFailure('signature_refused', 'The script is not the one that its hash names.')
  const statements = script.signatures.map((envelope) => readStatement(envelope, controlPlane))
  for (const statement of statements) {
    const wrong = mismatch(statement, script, parameters)
    if (wrong !== null) throw new ActionFailure('signature_refused', `A signature is about another ${wrong}.`)
  }
  const author = statements.find(({ act }) => act === 'authored')
  const approver = statements.find(({ act }) => act === 'approved')
  if (!author || !approver)
    throw new ActionFailure('signature_refused', 'It takes the signatures of an author and of an approver.')
  if (author.memberId === approver.memberId)
    throw new ActionFailure('signature_refused', 'The author approved the script; it takes somebody else.')
  return script
}

function readStatement(envelope: unknown, controlPlane: Pick<ControlPlane, 'readSigned'>): ScriptStatement {
  try {
    return ScriptStatement.parse(controlPlane.readSigned(envelope, scriptSignaturePayloadType))
  } catch {
    throw new ActionFailure('signature_refused', 'A signature of the script is not by a key that this agent trusts.')
  }
}

function mismatch(
  statement: ScriptStatement,
  script: ScriptContext,
  parameters: { readonly scriptId: string; readonly version: number },
): string | null {
  if (statement.sha256 !== script.sha256) return 'content'
  if (statement.scriptId !== parameters.scriptId || statement.version !== parameters.version) return 'version'
  if (statement.interpreter !== script.interpreter) return 'interpreter'
  if (statement.postCheckSha256 !== (script.postCheck === null ? null : hashOf(script.postCheck))) return 'post-check'
  return null
}
