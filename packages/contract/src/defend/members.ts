import * as z from 'zod'
import { MemberId } from '../ids.ts'
import { Role } from '../roles.ts'
import { member, Time, type RouteDefinition } from '../route.ts'

export const MemberInfo = z.object({
  id: MemberId,
  name: z.string(),
  email: z.string(),
  role: Role,
  createdAt: Time,
  lastSeenAt: Time.nullable(),
  /** False: invited, and has not come in yet. */
  hasPassword: z.boolean(),
})
export type MemberInfo = z.infer<typeof MemberInfo>

const MemberParams = z.object({ memberId: MemberId })

export const memberApi = {
  listMembers: {
    method: 'GET',
    path: '/api/v1/members',
    auth: member('read'),
    summary: 'Who may sign in to the console',
    response: z.object({ items: z.array(MemberInfo) }),
  },
  inviteMember: {
    method: 'POST',
    path: '/api/v1/members',
    auth: member('member.write'),
    summary: 'Add a member; the one-time sign-in link is shown once',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      email: z.email().max(254),
      role: Role.exclude(['owner']),
    }),
    response: z.object({ member: MemberInfo, signInUrl: z.string() }),
    status: 201,
  },
  changeMember: {
    method: 'PATCH',
    path: '/api/v1/members/:memberId',
    auth: member('member.write'),
    summary: "Change a member's role",
    params: MemberParams,
    body: z.strictObject({ role: Role.exclude(['owner']) }),
    response: MemberInfo,
  },
  newSignInLink: {
    method: 'POST',
    path: '/api/v1/members/:memberId/sign-in-link',
    auth: member('member.write'),
    summary: 'A new one-time link for somebody who cannot come in',
    params: MemberParams,
    response: z.object({ signInUrl: z.string() }),
    status: 201,
  },
  removeMember: {
    method: 'DELETE',
    path: '/api/v1/members/:memberId',
    auth: member('member.write'),
    summary: 'End all sessions and tokens of a member; what they did stays told',
    params: MemberParams,
  },
} as const satisfies Record<string, RouteDefinition>
