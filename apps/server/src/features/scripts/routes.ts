import type { scriptApi } from '@riposte/contract'
import type { SecretBox } from '../../platform/crypto/secret-box.ts'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import {
  addScriptVersion,
  approveScriptVersion,
  createScript,
  renameScript,
  retireScript,
  type ScriptParts,
} from './change-scripts.ts'
import { deleteConnector, readConnectors, saveConnector } from './connectors.ts'
import { readScript, readScripts } from './read-scripts.ts'

export function scriptRoutes(parts: ScriptParts & { box: SecretBox }): HandlersOf<typeof scriptApi> {
  const { db } = parts
  return {
    listScripts: ({ actor, query }) => readScripts(db, actor.organisationId, query),
    createScript: ({ actor, body }) => createScript(parts, actor, body),
    getScript: async ({ actor, params }) => {
      const script = await readScript(db, actor.organisationId, params.scriptId)
      if (!script) throw new Refusal('script.not_found')
      return script
    },
    renameScript: ({ actor, params, body }) => renameScript(parts, actor, params.scriptId, body),
    addScriptVersion: ({ actor, params, body }) => addScriptVersion(parts, actor, params.scriptId, body),
    approveScriptVersion: ({ actor, params, body }) =>
      approveScriptVersion(parts, actor, params.scriptId, { version: params.version, sha256: body.sha256 }),
    retireScript: ({ actor, params, body }) => retireScript(parts, actor, params.scriptId, body.reason),
    listScriptConnectors: async ({ actor }) => ({ items: await readConnectors(db, actor.organisationId) }),
    saveScriptConnector: ({ actor, params, body }) => saveConnector(parts, actor, params.connectorId, body),
    deleteScriptConnector: ({ actor, params }) => deleteConnector(db, actor, params.connectorId),
  }
}
