import { cruise } from 'dependency-cruiser'
import path from 'node:path'
import { rules } from './lib/boundary-rules.mjs'
import { root } from './lib/bootstrap.mjs'

// Without this, a tool that reads nothing reports that nothing is wrong.
const fewestModules = 150

const common = {
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '(^|/)(node_modules|dist)/|\\.test\\.tsx?$|/fixtures/|/testing/' },
  tsPreCompilationDeps: true,
  combinedDependencies: true,
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['source', 'import', 'types', 'node', 'default'],
    extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs'],
  },
  tsConfig: { fileName: 'tsconfig.json' },
}

process.chdir(root)
const real = await check(['packages', 'apps', 'examples'].map((folder) => folder))
const problems = [...real.violations]
if (real.modules < fewestModules)
  problems.push(`only ${real.modules} modules were read; at least ${fewestModules} exist`)

// A rule that never fires guards nothing: each must name its own breach in the fixture.
const fixture = await check(['scripts/fixtures/boundaries'], 'scripts/fixtures/boundaries/')
for (const rule of rules('')) {
  if (!fixture.fired.has(rule.name)) problems.push(`the rule ${rule.name} did not fire on the fixture made to break it`)
}

for (const problem of problems) console.error(problem)
console.log(`${real.modules} modules, ${rules('').length} rules, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)

async function check(folders, base = '') {
  const exclude = base === '' ? common.exclude : { path: 'node_modules/' }
  const { output } = await cruise(
    folders,
    { ...common, exclude, validate: true, ruleSet: { forbidden: rules(base) } },
    undefined,
    {},
  )
  const { modules, summary } = output
  return {
    modules: modules.filter((module) => !module.source.includes('node_modules')).length,
    fired: new Set(summary.violations.map((violation) => violation.rule.name)),
    violations: summary.violations.map(
      (violation) => `${violation.rule.name}: ${path.relative('.', violation.from)} -> ${violation.to}`,
    ),
  }
}
