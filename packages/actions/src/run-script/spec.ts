import * as z from 'zod'
import { defineAction } from '../define.ts'

export const runScript = defineAction({
  id: 'run_script',
  title: 'Run script',
  verb: 'Run a script on',
  summary: 'Runs one signed version of a script from the library.',
  parameters: z.strictObject({
    scriptId: z.uuid().meta({ title: 'Script' }),
    /** Exactly this version. */
    version: z.int().min(1).meta({ title: 'Version' }),
    /** Handed over as they are, never through a shell. */
    arguments: z.array(z.string().max(4_096)).max(64).default([]).meta({ title: 'Arguments' }),
    timeoutS: z.int().min(1).max(3_600).default(60).meta({ title: 'Time limit (seconds)' }),
    connector: z.string().max(64).default('agent').meta({ title: 'Through' }),
  }),
  destructive: 'by_script',
  release: false,
  targets: 'device',
  lane: 'scripts',
  ttlMinutes: 1_440,
  timeoutS: 3_660,
  containment: false,
  undo: { type: null, words: 'Run the script that undoes it, if its author wrote one.' },
  verification: "The script's own post-check, where it has one.",
  effects: ['The script does whatever it was written to do, with the rights of the agent.'],
  sentence: ({ scriptId, version }, target) => `Run script ${scriptId.slice(0, 8)} version ${version} on ${target}`,
  subject: ({ scriptId, version, arguments: args }) => `script:${scriptId}:${version}:${JSON.stringify(args)}`,
})
