import type { Api, Permission, ProjectId, ProjectType, Role, RouteId } from '@riposte/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'

/** A person, by session or API token, with the role of this very moment. */
export interface MemberActor {
  readonly kind: 'member'
  readonly memberId: string
  readonly organisationId: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** Set when a browser session was used; null for an API token. */
  readonly sessionId: string | null
  readonly tokenId: string | null
}

/** A running app, by its project token. */
export interface ProjectActor {
  readonly kind: 'project'
  readonly projectId: ProjectId
  readonly projectName: string
  readonly projectType: ProjectType
  readonly organisationId: string
  readonly tokenId: string
}

export interface Anyone {
  readonly kind: 'anyone'
}

type ActorOf<Auth> = Auth extends { kind: 'public' }
  ? Anyone
  : Auth extends { kind: 'project' }
    ? ProjectActor
    : MemberActor
type Parsed<Route, Part extends string> =
  Route extends Record<Part, infer Schema extends z.ZodType> ? z.output<Schema> : undefined

export interface Call<Id extends RouteId> {
  readonly actor: ActorOf<Api[Id]['auth']>
  readonly params: Parsed<Api[Id], 'params'>
  readonly query: Parsed<Api[Id], 'query'>
  readonly body: Parsed<Api[Id], 'body'>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type ResponseOf<Route> = Route extends { response: infer Schema extends z.ZodType } ? z.input<Schema> : unknown

export type Handler<Id extends RouteId> = (call: Call<Id>) => Promise<ResponseOf<Api[Id]>>
/** All handlers: forgetting one does not compile. */
export type Handlers = { readonly [Id in RouteId]: Handler<Id> }

/** Who a request comes from; the feature that knows people and tokens answers. */
export interface Gatekeeper {
  member(request: FastifyRequest, permission: Permission): Promise<MemberActor>
  project(request: FastifyRequest): Promise<ProjectActor>
}
