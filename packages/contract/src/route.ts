import * as z from 'zod'
import type { Permission } from './roles.ts'

/** Who may call: anyone; a member with that permission; a running app with its project token; an agent with its certificate; an identity provider. */
export type RouteAuth =
  | { readonly kind: 'public' }
  | { readonly kind: 'member'; readonly permission: Permission }
  | { readonly kind: 'project' }
  | { readonly kind: 'device' }
  | { readonly kind: 'directory' }

export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly auth: RouteAuth
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Absent: no body (204), a stream or a file. */
  readonly response?: z.ZodType
  /** `sse`: never ends. `file`: an attachment. */
  readonly answers?: 'json' | 'sse' | 'file'
  /** `json` by default. `bytes`: the request's raw stream reaches the handler, which bounds it. */
  readonly takes?: 'json' | 'bytes'
  readonly status?: number
}

export const anyone = { kind: 'public' } as const
export const app = { kind: 'project' } as const
export const device = { kind: 'device' } as const
/** An identity provider with its own token (SCIM). */
export const directory = { kind: 'directory' } as const
export const member = <const P extends Permission>(permission: P) => ({ kind: 'member', permission }) as const

export const Time = z.iso.datetime()
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })
/** One value or several: a query string cannot tell a list of one. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<Item>[])
export const Paging = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex')
