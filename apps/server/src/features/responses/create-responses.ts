import type { responseApi, Submission } from '@riposte/contract'
import type { CommandSource } from '../../platform/device-link.ts'
import type { HandlersOf, MemberActor } from '../../platform/http/handler.ts'
import type { Jobs } from '../../platform/jobs/jobs.ts'
import type { ResponseParts } from './parts.ts'
import { registerResponseJobs } from './response-jobs.ts'
import { responseRoutes } from './routes.ts'
import { storeReports } from './store-reports.ts'
import { submit, type Submitted } from './submit.ts'
import { takeAgain, takeCommands } from './take-commands.ts'

interface Responses {
  readonly routes: HandlersOf<typeof responseApi>
  /** For the feature that holds connections. */
  readonly commands: CommandSource
  /** For a feature that asks in a member's name. @throws Refusal */
  readonly submit: (actor: MemberActor, body: Submission) => Promise<Submitted>
}

export function createResponses(parts: ResponseParts, jobs: Jobs): Responses {
  registerResponseJobs(parts, jobs)
  return {
    routes: responseRoutes(parts),
    submit: (actor, body) => submit(parts, actor, body),
    commands: {
      take: (deviceIds) => takeCommands(parts, deviceIds),
      again: (deviceId) => takeAgain(parts, deviceId),
      store: (device, reports, wire) => storeReports(parts, device, reports, wire),
    },
  }
}
