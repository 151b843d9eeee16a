import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runExplain } from './explain.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-explain-'))
  writeFileSync(path.join(folder, 'package.json'), '{"name":"an-app"}')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function explain(config: unknown, json = false): { code: number; text: string } {
  if (config !== undefined) writeFileSync(path.join(folder, 'monitor.config.json'), JSON.stringify(config))
  let text = ''
  const code = runExplain({ cwd: folder, json, env: {} }, (part) => (text += part))
  return { code, text }
}

describe('riposte monitor explain', () => {
  it('says that there is no file, and where it looked', () => {
    const { code, text } = explain(undefined)
    expect(code).toBe(0)
    expect(text).toContain('none; looked for')
    expect(text).toContain(path.join(folder, 'monitor.config.json'))
    expect(text).toMatch(/SqlInjection +block +default/)
  })

  it('says of each value where it comes from', () => {
    const { text } = explain({
      preset: 'shadow',
      environment: 'staging',
      protections: {
        SqlInjection: { action: ['log', 'block_ip'] },
        PathTraversal: { enabled: false },
        ServerSideRequestForgery: { config: { allowedDomains: ['a.example'] } },
      },
    })
    expect(text).toContain('environment   staging')
    expect(text).toMatch(/SqlInjection +log \+ block_ip +from file/)
    expect(text).toMatch(/PathTraversal +off/)
    expect(text).toMatch(/CommandInjection +none +from file/)
    expect(text).toContain('allowedDomains = ["a.example"]')
  })

  it('ends with 1 and the place of what is wrong', () => {
    const { code, text } = explain({
      environment: 'live',
      protections: { ServerSideRequestForgery: { config: { allowLocalhost: 'yes', allowLocalhosts: true } } },
    })
    expect(code).toBe(1)
    expect(text).toContain('error: environment: given "live"; allowed: development, staging, production')
    expect(text).toContain('config.allowLocalhost: given "yes"; allowed: true or false')
    expect(text).toContain('config.allowLocalhosts: unknown key, did you mean "allowLocalhost"?')
  })

  it('gives the same as JSON', () => {
    const { text } = explain({ name: 'an app' }, true)
    expect(JSON.parse(text)).toMatchObject({ settings: { enabled: true, controlPlane: null }, issues: [] })
  })
})
