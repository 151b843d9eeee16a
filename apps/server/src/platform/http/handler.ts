import type { Api, agentRoutes, Permission, ProjectId, ProjectType, Role, RouteDefinition } from '@riposte/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { DeviceActor } from '../device-link.ts'

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

/** An identity provider, by its own token. */
export interface DirectoryActor {
  readonly kind: 'directory'
  readonly organisationId: string
  readonly tokenId: string
  readonly name: string
}

export interface Anyone {
  readonly kind: 'anyone'
}

type ActorOf<Auth> = Auth extends { kind: 'public' }
  ? Anyone
  : Auth extends { kind: 'project' }
    ? ProjectActor
    : Auth extends { kind: 'device' }
      ? DeviceActor
      : Auth extends { kind: 'directory' }
        ? DirectoryActor
        : MemberActor
type Parsed<Route, Part extends string> =
  Route extends Record<Part, infer Schema extends z.ZodType> ? z.output<Schema> : undefined

interface CallOf<Route extends RouteDefinition> {
  readonly actor: ActorOf<Route['auth']>
  readonly params: Parsed<Route, 'params'>
  readonly query: Parsed<Route, 'query'>
  readonly body: Parsed<Route, 'body'>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type ResponseOf<Route> = Route extends { response: infer Schema extends z.ZodType } ? z.input<Schema> : unknown

export type HandlersOf<Table extends Record<string, RouteDefinition>> = {
  readonly [Id in keyof Table]: (call: CallOf<Table[Id]>) => Promise<ResponseOf<Table[Id]>>
}

/** All handlers of the API: forgetting one does not compile. */
export type Handlers = HandlersOf<Api>
/** All handlers of the agents' listener. */
export type AgentHandlers = HandlersOf<typeof agentRoutes>

/** Who a request comes from; the feature that knows people and tokens answers. */
export interface Gatekeeper {
  member(request: FastifyRequest, permission: Permission): Promise<MemberActor>
  project(request: FastifyRequest): Promise<ProjectActor>
  directory(request: FastifyRequest): Promise<DirectoryActor>
  device(request: FastifyRequest): Promise<DeviceActor>
}
