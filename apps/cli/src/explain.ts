import { explainConfiguration, type ConfigurationExplained } from '@riposte/monitor'
import path from 'node:path'

/** @returns the exit code: 1 when the configuration has an error */
export function runExplain(
  options: { readonly cwd: string; readonly json: boolean; readonly env: NodeJS.ProcessEnv },
  write: (text: string) => void,
): number {
  const explained = explainConfiguration({ cwd: path.resolve(options.cwd), env: options.env })
  write(options.json ? `${JSON.stringify(explained, null, 2)}\n` : formatExplained(explained))
  return explained.issues.some((issue) => issue.level === 'error') ? 1 : 0
}

export function formatExplained({ file, searched, settings, protections, issues }: ConfigurationExplained): string {
  const lines = [
    `file          ${file ?? `none; looked for\n${searched.map((name) => `              ${name}`).join('\n')}`}`,
    `enabled       ${settings.enabled ? 'yes' : 'no: nothing is guarded'}`,
    `environment   ${settings.environment}`,
    `project type  ${settings.projectType}`,
    `control plane ${settings.controlPlane ?? 'none: works locally'}`,
    `data folder   ${settings.dataDir}`,
    '',
  ]
  const width = Math.max(...protections.map(({ protection }) => protection.length))
  for (const { protection, enabled, actions, source, config } of protections) {
    const does = enabled ? actions.join(' + ') : 'off'
    lines.push(
      `${protection.padEnd(width)}  ${does.padEnd(12)}  ${source === 'default' ? 'default' : `from ${source}`}`,
    )
    for (const [name, value] of Object.entries(config))
      lines.push(`${''.padEnd(width)}  ${name} = ${JSON.stringify(value)}`)
  }
  lines.push('', 'Code may add to this, and rules of the console come before it; in a running app: monitor.explain().')
  for (const { level, path: at, message } of issues) lines.push(`${level}: ${at}: ${message}`)
  return `${lines.join('\n')}\n`
}
