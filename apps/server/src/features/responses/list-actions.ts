import { responseActions, type ResponseActionSpec } from '@riposte/actions/specs'
import type { ResponseActionInfo } from '@riposte/contract'
import * as z from 'zod'
import { approversFor, type ResponseSettings } from './response-policy.ts'

export const listActions = (settings: ResponseSettings): ResponseActionInfo[] =>
  (responseActions as readonly unknown[] as readonly ResponseActionSpec[]).map((spec) => ({
    id: spec.id,
    title: spec.title,
    summary: spec.summary,
    verb: spec.verb,
    destructive: spec.destructive,
    release: spec.release,
    targets: spec.targets,
    lane: spec.lane,
    ttlMinutes: spec.ttlMinutes,
    containment: spec.containment,
    undo: spec.undo,
    verification: spec.verification,
    effects: [...spec.effects],
    parameters: z.toJSONSchema(spec.parameters, { io: 'input' }),
    approvers: approversFor(spec, settings),
  }))
