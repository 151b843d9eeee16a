import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './lib/bootstrap.mjs'

// What a released repository does not hold: addresses of a registry in a lock file, dependencies whose licence would bind ours.
const problems = []
const files = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).stdout.split('\0').filter(Boolean)

for (const file of files.filter((file) => file.endsWith('package-lock.json'))) {
  const { packages } = JSON.parse(readFileSync(path.join(root, file), 'utf8'))
  for (const [name, entry] of Object.entries(packages)) {
    if (/^https?:/.test(entry.resolved ?? ''))
      problems.push(`${file}: ${name} holds a registry address; install with the repository's .npmrc`)
    // Peers under a copyleft licence may be measured, in the bench's own folder, and never shipped.
    if (file === 'package-lock.json' && /GPL/i.test(licenceOf(entry)))
      problems.push(`${file}: ${name} is ${licenceOf(entry)}`)
  }
}
if (files.length === 0) problems.push('git lists no files: nothing was checked')

for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)

function licenceOf(entry) {
  return typeof entry.license === 'string' ? entry.license : ''
}
