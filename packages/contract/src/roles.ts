import * as z from 'zod'

export const roles = ['owner', 'admin', 'analyst', 'approver', 'developer', 'viewer', 'auditor'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

/** Which role has which right. The one table that every route asks. */
export const permissions = {
  self: roles,
  read: roles,
  'incident.write': ['owner', 'admin', 'analyst'],
  'rule.write': ['owner', 'admin', 'analyst', 'developer'],
  'project.write': ['owner', 'admin'],
  'audit.read': ['owner', 'admin', 'auditor'],
  'member.write': ['owner', 'admin'],
  'settings.write': ['owner', 'admin'],
  'device.write': ['owner', 'admin'],
  'response.submit': ['owner', 'admin', 'analyst'],
  /** Lifting a containment is a right of its own. */
  'response.release': ['owner', 'admin', 'analyst'],
  'response.approve': ['owner', 'admin', 'analyst', 'approver'],
  'response.emergency': ['owner', 'admin'],
  'people.read': ['owner', 'admin', 'analyst', 'approver', 'auditor'],
  'people.write': ['owner', 'admin'],
  'script.write': ['owner', 'admin', 'analyst'],
  'script.approve': ['owner', 'admin', 'analyst', 'approver'],
  'evidence.read': ['owner', 'admin', 'analyst', 'auditor'],
  'evidence.download': ['owner', 'admin', 'analyst'],
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof permissions

export const may = (role: Role, permission: Permission): boolean =>
  (permissions[permission] as readonly Role[]).includes(role)

export const permissionsOf = (role: Role): Permission[] =>
  (Object.keys(permissions) as Permission[]).filter((permission) => may(role, permission))
