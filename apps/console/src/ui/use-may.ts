import type { Permission } from '@riposte/contract'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/query.ts'

/** Why I may not, as a sentence for the button that is off; null: I may. The server asks again. */
export function useWhyNot(permission: Permission): string | null {
  const me = useQuery(queries.me()).data
  if (!me) return 'Not loaded yet'
  return me.permissions.includes(permission)
    ? null
    : `Your role, ${me.role}, does not have the right ${permission}. An owner or admin can change your role.`
}
