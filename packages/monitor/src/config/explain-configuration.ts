import { defaultSettings, protections, type Protection } from '@riposte/protections/catalog'
import path from 'node:path'
import type { ConfigurationExplained, Explanation } from '../core/monitor-types.ts'
import { decide, isOn, settingsOf, type Layer } from '../core/policy.ts'
import { nearestManifest } from '../sinks/app-manifest.ts'
import { configFiles, readFileConfig } from './read-file.ts'
import { resolveSettings } from './settings.ts'
import { toLayer } from './to-layer.ts'

/** What an app in this folder would run with, as far as its file and the environment say it: code and console come on top. */
export function explainConfiguration(options: {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}): ConfigurationExplained {
  const { cwd, env } = options
  const app = nearestManifest(cwd)
  const appRoot = app?.folder ?? null
  const { file, config, issues } = readFileConfig({ env, cwd, appRoot })
  const found = [...issues]
  const sources = { file: config, code: {}, env, cwd, appRoot, manifest: app?.content ?? {} }
  const { controlPlane, ...settings } = resolveSettings(sources, found)
  return {
    file,
    searched: [...new Set([cwd, appRoot ?? cwd])].flatMap((folder) =>
      configFiles.map((name) => path.join(folder, name)),
    ),
    settings: {
      enabled: settings.enabled,
      environment: settings.environment,
      projectType: settings.projectType,
      dataDir: settings.dataDir,
      controlPlane: controlPlane?.url ?? null,
    },
    protections: explainProtections([toLayer('file', config)], protections, settings.environment),
    issues: found,
  }
}

/** The effective answer of each protection to a certain finding, and which source gives it. */
export function explainProtections(
  layers: readonly Layer[],
  judges: readonly Protection[],
  environment: string,
): Explanation[] {
  return judges.map(({ spec }) => {
    const facts = {
      ...{ protection: spec.id, severity: spec.severity, confidence: 1, environment },
      ...{ method: null, path: null, now: Date.now() },
    }
    const { actions, source } = decide(layers, facts, spec.defaultAction)
    const config = settingsOf(layers, spec.id, defaultSettings(spec.settings))
    return { protection: spec.id, enabled: isOn(layers, spec), actions, source, config }
  })
}
