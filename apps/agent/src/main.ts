import os from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { EnrolmentRefused } from '@riposte/uplink/device'
import { floorKinds, type FloorKind } from './check-command.ts'
import { askAgent } from './control-socket.ts'
import { readEnv, type AgentEnv } from './env.ts'
import { AgentProblem } from './state-folder.ts'
import { agentVersion } from './version.ts'

const say = (text: string): void => void process.stdout.write(text)
const complain = (text: string): void => void process.stderr.write(text)

const program = new Command('riposte-agent')
  .description('Carries out response actions on this host, as signed by the control plane that it is enrolled with.')
  .option('--state-dir <folder>', 'where key, journal and vault are (or RIPOSTE_AGENT_STATE)')

const environment = (): AgentEnv => {
  const env = readEnv(process.env)
  const { stateDir } = program.opts<{ stateDir?: string }>()
  return stateDir === undefined ? env : { ...env, stateDir }
}

/** Ends with a code; what the user can put right is one sentence. */
const ending =
  <Args extends unknown[]>(work: (...args: Args) => Promise<number>) =>
  async (...args: Args): Promise<void> => {
    try {
      process.exitCode = await work(...args)
    } catch (error) {
      if (!(error instanceof AgentProblem) && !(error instanceof EnrolmentRefused)) throw error
      complain(`${error.message}\n`)
      process.exitCode = 1
    }
  }

const readFloor = (value: string): FloorKind[] => {
  if (value === 'approval') return []
  const kinds = value.split(',')
  if (kinds.every((kind): kind is FloorKind => (floorKinds as readonly string[]).includes(kind))) return kinds
  throw new InvalidArgumentError(`Use "approval", or some of ${floorKinds.join(',')}.`)
}

program
  .command('enroll')
  .description('make this host a device of a control plane, with a one-time token from its console')
  .option('--url <address>', 'where agents reach it, such as https://riposte.example:7476 (or RIPOSTE_AGENT_URL)')
  .option('--token <token>', 'the token (or RIPOSTE_AGENT_TOKEN, which other users of this host cannot see)')
  .option('--name <name>', 'how the device is called', os.hostname())
  .option(
    '--destructive-without-approval <kinds>',
    `"approval": destructive actions run here only with a person's approval, whatever the control plane says; or some of ${floorKinds.join(',')}`,
    readFloor,
    [...floorKinds],
  )
  .action(
    ending(async (options: { url?: string; token?: string; name: string; destructiveWithoutApproval: FloorKind[] }) => {
      const env = environment()
      const { enrolHost } = await import('./enrol-host.ts')
      const config = await enrolHost(env, {
        ...options,
        url: options.url ?? env.url,
        token: options.token ?? env.token,
        floor: options.destructiveWithoutApproval,
      })
      say(`${config.name} is device ${config.deviceId}. Start the agent: systemctl start riposte-agent\n`)
      return 0
    }),
  )

program
  .command('run')
  .description('work until told to stop')
  .action(
    ending(async () => {
      const env = environment()
      const { runAgent } = await import('./run-agent.ts')
      const agent = await runAgent(env, (line) => {
        if (!env.quiet) complain(`${line.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')}\n`)
      })
      await new Promise<void>((resolve) => {
        process.once('SIGTERM', resolve)
        process.once('SIGINT', resolve)
      })
      agent.stop()
      // An executor may be at work: what it has begun is in the journal and is asked of the host at the next start.
      setTimeout(() => process.exit(0), 500).unref()
      return 0
    }),
  )

program
  .command('status')
  .description('what the agent is doing, and what is contained')
  .option('--json', 'as JSON')
  .action(
    ending(async ({ json }: { json?: boolean }) => {
      const { stateDir } = environment()
      const [{ printStatus }, { statusOffline }] = await Promise.all([import('./status.ts'), import('./offline.ts')])
      const status =
        ((await askAgent(stateDir, { ask: 'status' })) as ReturnType<typeof statusOffline> | null) ??
        statusOffline(stateDir)
      say(json ? `${JSON.stringify(status, null, 2)}\n` : printStatus(status))
      return status.running ? 0 : 3
    }),
  )

program
  .command('doctor')
  .description('look at everything that the agent needs, and say what to do')
  .option('--json', 'as JSON')
  .action(
    ending(async ({ json }: { json?: boolean }) => {
      const { examine, exitCodeOf, printFindings } = await import('./doctor.ts')
      const findings = await examine(environment().stateDir)
      say(json ? `${JSON.stringify(findings, null, 2)}\n` : printFindings(findings))
      return exitCodeOf(findings)
    }),
  )

program
  .command('release')
  .description('end isolation and blocks of this host without the control plane')
  .requiredOption('--break-glass <code>', "the code from the device's page in the console")
  .action(
    ending(async ({ breakGlass: code }: { breakGlass: string }) => {
      const { stateDir } = environment()
      const { releaseOffline } = await import('./offline.ts')
      const answer =
        ((await askAgent(stateDir, { ask: 'release', code })) as Awaited<ReturnType<typeof releaseOffline>> | null) ??
        (await releaseOffline(stateDir, code))
      if (answer.is === 'refused') throw new AgentProblem(answer.why)
      say(
        answer.responses.length === 0
          ? 'Nothing was contained.\n'
          : `Ended ${answer.responses.length} containment(s). The control plane is told as soon as it can be reached.\n`,
      )
      return 0
    }),
  )

program
  .command('version')
  .description('print the version')
  .action(() => say(`${agentVersion}\n`))

void program.parseAsync()
