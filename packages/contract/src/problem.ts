import * as z from 'zod'

/** Every refusal that a user can act on. Anything else is a bug: `internal`. */
export const errorCodes = {
  'request.invalid': { status: 400, title: 'The request is not valid' },
  'request.too_large': { status: 413, title: 'The request is too large' },
  'request.rate_limited': { status: 429, title: 'Too many requests' },
  'route.not_found': { status: 404, title: 'There is no such address' },
  'auth.required': { status: 401, title: 'Sign in first' },
  'auth.wrong_credentials': { status: 401, title: 'E-mail or password is wrong' },
  'auth.locked': { status: 429, title: 'Too many failed sign-ins' },
  'auth.link_invalid': { status: 401, title: 'This sign-in link was used or has expired' },
  'auth.origin_refused': { status: 403, title: 'The request came from another site' },
  'auth.forbidden': { status: 403, title: 'Your role does not allow this' },
  'auth.token_invalid': { status: 401, title: 'The token is not valid' },
  'password.too_weak': { status: 422, title: 'The password is too weak' },
  'project.not_found': { status: 404, title: 'There is no such project' },
  'incident.not_found': { status: 404, title: 'There is no such incident' },
  'rule.not_found': { status: 404, title: 'There is no such rule' },
  'rule.action_not_allowed': { status: 422, title: 'This project cannot use that action' },
  'rule.protection_unknown': { status: 422, title: 'There is no such protection' },
  'rule.revision_conflict': { status: 409, title: 'Somebody changed the rules meanwhile' },
  'token.not_found': { status: 404, title: 'There is no such token' },
  'token.last': { status: 409, title: 'This is the last working token' },
  'session.not_found': { status: 404, title: 'There is no such session' },
  'member.not_found': { status: 404, title: 'There is no such member' },
  'member.exists': { status: 409, title: 'Somebody has that e-mail already' },
  'member.protected': { status: 409, title: 'That member cannot be changed like this' },
  'device.not_found': { status: 404, title: 'There is no such device' },
  'device.offline': { status: 409, title: 'The device is offline' },
  'device.not_active': { status: 409, title: 'The device is held or retired' },
  'device.no_answer': { status: 504, title: 'The device did not answer in time' },
  'enrolment.token_invalid': { status: 401, title: 'This enrolment token was used, revoked, or has expired' },
  'enrolment.proof_invalid': { status: 400, title: 'The key was not proven' },
  'enrolment.protocol_unsupported': { status: 426, title: 'This agent speaks another protocol version' },
  'enrolment.key_known': { status: 409, title: 'That key belongs to a device already' },
  'response.not_found': { status: 404, title: 'There is no such response' },
  'response.type_unknown': { status: 422, title: 'There is no such response action' },
  'response.parameters_invalid': { status: 422, title: 'The parameters are not valid' },
  'response.target_missing': { status: 422, title: 'A target is missing' },
  'response.target_refused': { status: 422, title: 'No target can be acted on' },
  'response.duplicate': { status: 409, title: 'The same is already under way' },
  'response.not_possible': { status: 409, title: 'That is not possible in its present state' },
  'response.key_reused': { status: 409, title: 'That idempotency key belongs to another request' },
  'request.not_found': { status: 404, title: 'There is no such request' },
  'approval.self': { status: 403, title: 'Nobody approves their own request' },
  'approval.changed': { status: 409, title: 'The request was changed meanwhile' },
  'approval.not_waiting': { status: 409, title: 'The request waits for no approval' },
  'approval.twice': { status: 409, title: 'You have voted on it already' },
  'script.not_found': { status: 404, title: 'There is no such script' },
  'script.invalid': { status: 422, title: 'The script would not run' },
  'script.version_conflict': { status: 409, title: 'Somebody changed the script meanwhile' },
  'script.not_approved': { status: 409, title: 'That version may not run' },
  'script.retired': { status: 409, title: 'The script is retired' },
  'connector.not_found': { status: 404, title: 'There is no such connector' },
  'connector.reserved': { status: 409, title: 'That name is taken by the product' },
  'suppression.not_found': { status: 404, title: 'There is no such suppression' },
  'database.unavailable': { status: 503, title: 'The database does not answer' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCodes

/** One thing that is wrong in a body, query or file: where, what was given, what would be right. */
export const FieldError = z.object({
  path: z.string().meta({ description: 'A JSON path such as `rules[0].then.actions[1]`.' }),
  message: z.string(),
  given: z.string().optional(),
  allowed: z.string().optional(),
})
export type FieldError = z.infer<typeof FieldError>

/** RFC 9457. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(FieldError).optional(),
  reference: z.string().optional().meta({ description: 'Names the server log line of an internal error.' }),
})
export type Problem = z.infer<typeof Problem>
