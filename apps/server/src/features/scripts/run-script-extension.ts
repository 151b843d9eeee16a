import type { SecretBox } from '../../platform/crypto/secret-box.ts'
import type { Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { ResponseFailure, type ResponseExtension, type ResponseFacts } from '../responses/index.ts'
import { sha256Of, type ScriptParts } from './change-scripts.ts'
import { builtInConnector, openConnector, readConnectors } from './connectors.ts'
import type { VersionRow } from './read-scripts.ts'

interface RunParameters {
  readonly scriptId: string
  readonly version: number
  readonly arguments: readonly string[]
  readonly timeoutS: number
  readonly connector: string
}

const pollMs = 1_000
/** A connector is asked this long in one go; then the job is put off and asks again. */
const longestLookMs = 30_000

/** What the script library adds to `run_script`: only approved bytes run, and connectors run them where no agent does. */
export function runScriptExtension(parts: ScriptParts & { box: SecretBox }): ResponseExtension {
  const { db } = parts

  const versionOf = async (
    organisationId: string,
    parameters: RunParameters,
  ): Promise<VersionRow & { name: string }> => {
    const [row] = await db.query<VersionRow & { name: string; retired_at: Date | null }>(
      `select v.*, s.name, s.retired_at from script_version v join script s on s.id = v.script_id
       where s.organisation_id = $1 and s.id = $2 and v.version = $3`,
      [organisationId, parameters.scriptId, parameters.version],
    )
    if (!row) throw new Refusal('script.not_found', 'There is no such script, or not that version of it')
    if (row.retired_at) throw new Refusal('script.retired', `“${row.name}” was retired`)
    if (row.state !== 'approved')
      throw new Refusal(
        'script.not_approved',
        row.state === 'draft'
          ? `Version ${row.version} of “${row.name}” waits for somebody other than its author`
          : `A later version of “${row.name}” took the place of version ${row.version}`,
      )
    return row
  }
  const read = (response: ResponseFacts): RunParameters => response.parameters as unknown as RunParameters

  return {
    type: 'run_script',
    inspect: async (organisationId, given) => {
      const parameters = given as unknown as RunParameters
      const version = await versionOf(organisationId, parameters)
      const connectors = await readConnectors(db, organisationId)
      if (!connectors.some(({ id }) => id === parameters.connector))
        throw new Refusal('connector.not_found', `There is no connector "${parameters.connector}"`, {
          errors: [
            {
              path: 'parameters.connector',
              message: 'unknown',
              given: parameters.connector,
              allowed: connectors.map(({ id }) => id).join(', '),
            },
          ],
        })
      return {
        destructive: version.destructive,
        scriptSha256: version.sha256,
        sentence: `Run “${version.name}” version ${version.version}`,
      }
    },
    context: async (response) => {
      const version = await versionOf(response.organisationId, read(response))
      return {
        content: version.content,
        sha256: version.sha256,
        postCheck: version.post_check,
        interpreter: version.interpreter,
        signatures: [version.author_signature, version.approver_signature],
      }
    },
    runsHere: (response) => read(response).connector !== builtInConnector.id,
    execute: async (response) => {
      const parameters = read(response)
      const port = await openConnector(parts, response.organisationId, parameters.connector)
      if (!port) throw new ResponseFailure('does_not_exist', `The connector "${parameters.connector}" was deleted`)
      const version = await versionOf(response.organisationId, parameters).catch((error: unknown) => {
        if (error instanceof Refusal) throw new ResponseFailure('precondition_changed', error.message)
        throw error
      })
      const [device] = await db.query<Row & { name: string; hostname: string | null }>(
        `select name, facts->>'hostname' as hostname from device where id = $1`,
        [response.deviceId],
      )
      await port.start({
        runId: response.id,
        device: {
          id: response.deviceId ?? '',
          name: device?.name ?? response.targetName,
          hostname: device?.hostname ?? null,
        },
        interpreter: version.interpreter,
        content: version.content,
        sha256: sha256Of(version.content),
        arguments: parameters.arguments,
        timeoutS: parameters.timeoutS,
      })
      const until = Date.now() + longestLookMs
      for (;;) {
        const seen = await port.look(response.id)
        if (seen.state === 'failed')
          throw new ResponseFailure('execution_error', `The connector could not run it: ${seen.message}`)
        if (seen.state === 'finished') {
          const evidence = {
            connector: parameters.connector,
            exitCode: seen.exitCode,
            stdout: seen.stdout,
            stderr: seen.stderr,
          }
          if (seen.exitCode === 0) return evidence
          throw new ResponseFailure('execution_error', `The script ended with code ${seen.exitCode}`, evidence)
        }
        if (Date.now() > until) throw new Error('The connector is still running it.')
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
    },
    verify: (response) =>
      Promise.resolve(
        read(response).connector === builtInConnector.id
          ? null
          : {
              result: 'inconclusive',
              detail: 'A connector tells of the end of a script and not of its effect.',
              evidence: {},
            },
      ),
  }
}
