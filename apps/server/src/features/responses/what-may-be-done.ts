import { findSpec } from '@riposte/actions/specs'
import { isFinal, may, type ResponseDetail } from '@riposte/contract'
import type { MemberActor } from '../../platform/http/handler.ts'
import type { ResponseRow } from './rows.ts'

type May = ResponseDetail['may']
type State = Pick<
  ResponseRow,
  'type' | 'status' | 'containment' | 'cancel_requested' | 'undone_by' | 'verification' | 'runs_here' | 'leased_at'
>

/** What can be done with a response now, and why not where it cannot. `undoOpen`: an undo of it is under way or came through. */
export function whatMayBeDone(row: State, undoOpen: boolean, actor: Pick<MemberActor, 'role'>): May {
  const spec = findSpec(row.type)
  const because = (why: string | null) => ({ allowed: why === null, why })
  return {
    cancel: because(whyNoCancel(row, actor)),
    undo: {
      ...because(whyNoUndo(row, undoOpen, actor)),
      type: spec?.undo.type ?? null,
      words: spec?.undo.words ?? '',
    },
    verify: because(whyNoVerify(row, actor)),
  }
}

function whyNoCancel(row: State, actor: Pick<MemberActor, 'role'>): string | null {
  if (isFinal(row.status))
    return row.status === 'completed' ? 'It happened already; look at its undo' : 'It ended already'
  if (row.cancel_requested) return 'That was asked for already; the answer of the agent decides'
  if (row.runs_here && row.status === 'executing') return 'This server is at it, and does not stop halfway'
  return may(actor.role, 'response.submit') ? null : `The role ${actor.role} may not cancel responses`
}

function whyNoUndo(row: State, undoOpen: boolean, actor: Pick<MemberActor, 'role'>): string | null {
  const spec = findSpec(row.type)
  if (!spec || spec.undo.type === null) return spec?.undo.words ?? 'Nothing takes that back'
  if (spec.release) return 'This took a containment back itself; ask for the containment anew instead'
  const contained = row.containment === 'in_force' || row.containment === 'drifted'
  if (row.status !== 'completed' && !contained) return 'There is no effect to take back'
  if (row.containment === 'undone' || undoOpen) return 'It was undone, or its undo is under way'
  if (row.containment === 'ended') return 'It ended by itself'
  return may(actor.role, 'response.release') ? null : `The role ${actor.role} may not take a response back`
}

function whyNoVerify(row: State, actor: Pick<MemberActor, 'role'>): string | null {
  if (row.status !== 'completed') return 'Only what was completed can be verified'
  if (row.containment === 'undone' || row.containment === 'ended') return 'Its effect was taken back, or has ended'
  if (row.verification === 'scheduled') return 'A verification is under way'
  return may(actor.role, 'response.submit') ? null : `The role ${actor.role} may not verify responses`
}
