import type { Role } from '@riposte/contract'

/** Whether somebody may change or remove a member; null when they may, else why not. */
export function mayChange(
  actor: { readonly memberId: string },
  member: { readonly id: string; readonly role: Role },
): string | null {
  if (actor.memberId === member.id) return 'Ask somebody else: nobody changes their own membership.'
  if (member.role === 'owner') return 'The owner stays the owner.'
  return null
}
