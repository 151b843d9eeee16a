import { Command, InvalidArgumentError } from 'commander'
import { runVerify } from './audit/run-verify.ts'
import { runExplain } from './explain.ts'
import { runInspect } from './inspect.ts'
import { runSignInLink, runServe } from './serve.ts'
import { runSimulate } from './simulate/run-simulate.ts'
import { runStart } from './start/run-start.ts'

const program = new Command('riposte')
  .description('Detects attacks inside Node.js applications and on hosts, and carries out the response.')
  .version('0.1.0')

program
  .command('start')
  .description('start the control plane and the protected example shop on this machine')
  .action(async () => process.exit(await runStart()))

program
  .command('serve')
  .description('start the control plane alone')
  .action(async () => process.exit(await runServe()))

program
  .command('sign-in-link')
  .description('make a new one-time sign-in link for the owner')
  .action(async () => process.exit(await runSignInLink()))

program
  .command('inspect')
  .description('judge operations offline: JSON Lines on standard input, one answer a line on standard output')
  .addHelpText(
    'after',
    '\nExample:\n  echo \'{"input":"1 or 1=1","operation":{"kind":"sql","dialect":"postgresql","text":"select * from t where id = 1 or 1=1"}}\' | riposte inspect',
  )
  .action(async () => {
    process.exitCode = await runInspect(process.stdin, process.stdout)
  })

program
  .command('simulate')
  .description('connect simulated agents and SDK instances over the real protocols, to see a fleet')
  .option('--agents <n>', 'simulated agents', wholeNumber, 0)
  .option('--instances <n>', 'simulated SDK instances', wholeNumber, 0)
  .option('--url <url>', 'the control plane', process.env['RIPOSTE_URL'] ?? 'http://127.0.0.1:7474')
  .option('--agent-url <url>', "the agents' listener; by default what the control plane names")
  .option('--token <token>', 'an API token that may add devices; RIPOSTE_API_TOKEN')
  .option('--project-token <token>', 'for instances; RIPOSTE_PROJECT_TOKEN')
  .option('--seconds <n>', 'ends by itself after so long', wholeNumber)
  .action(async (given: SimulateFlags) => {
    const apiToken = given.token ?? process.env['RIPOSTE_API_TOKEN']
    if (apiToken === undefined && given.agents > 0)
      program.error('Agents need an API token: --token, or RIPOSTE_API_TOKEN.')
    const settings = {
      ...given,
      apiToken: apiToken ?? '',
      agentUrl: given.agentUrl ?? null,
      projectToken: given.projectToken ?? process.env['RIPOSTE_PROJECT_TOKEN'] ?? null,
      seconds: given.seconds ?? null,
    }
    process.exit(await runSimulate(settings, (line) => console.error(line)))
  })

interface SimulateFlags {
  readonly agents: number
  readonly instances: number
  readonly url: string
  readonly agentUrl?: string
  readonly token?: string
  readonly projectToken?: string
  readonly seconds?: number
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 100_000)
    throw new InvalidArgumentError('It must be a whole number from 0 to 100000.')
  return value
}

const audit = program.command('audit').description('the audit log')
audit
  .command('verify <file>')
  .description('check an export (JSON Lines) offline: any change, gap, new order or cut end is found')
  .option('--key <fingerprint>', 'the key that must have sealed it, as Settings shows it')
  .option('--anchor <file>', 'a checkpoint that was kept elsewhere: the export must agree with it')
  .option('--json', 'as JSON')
  .action(async (file: string, { key, anchor, json }: { key?: string; anchor?: string; json?: boolean }) => {
    process.exitCode = await runVerify({ file, key, anchor, json: json ?? false }, (text) => process.stdout.write(text))
  })

const monitor = program.command('monitor').description('what the SDK does in an app')
monitor
  .command('explain')
  .description('print which configuration an app in this folder runs with, and where each value comes from')
  .option('--cwd <folder>', "the app's folder", process.cwd())
  .option('--json', 'as JSON')
  .action(({ cwd, json }: { cwd: string; json?: boolean }) => {
    process.exitCode = runExplain({ cwd, json: json ?? false, env: process.env }, (text) => process.stdout.write(text))
  })

await program.parseAsync()
