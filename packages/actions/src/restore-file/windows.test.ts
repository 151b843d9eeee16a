import { expect, test } from 'vitest'
import { longestCommandLine } from '../process/power-shell.ts'
import { recordedWindows } from '../testing/recorded-windows.ts'
import { restoreFile } from './spec.ts'
import { windows } from './windows.ts'

const quarantine = '0190a1b2-c3d4-7e5f-8a9b-000000000001'
const record = {
  ...{ actionId: quarantine, path: 'C:\\Temp\\x.exe', at: '2026-11-21T10:00:00.000Z' },
  ...{ sha256: 'a'.repeat(64), size: 5, sddl: 'O:BAG:SYD:(A;;FA;;;SY)', attributes: 32, streams: [] },
  ...{ created: '1', modified: '2', accessed: '3' },
}
const parameters = restoreFile.parameters.parse({ quarantine })
const inspection = (more: Record<string, unknown> = {}) => ({
  path: 'nothing',
  aside: 'nothing',
  record,
  whole: null,
  ...more,
})
const now = { sha256: record.sha256, sddl: record.sddl, attributes: 32, modified: '2' }

test('puts back what the record says, by ids alone', async () => {
  const { job, asked, notes, commandLines } = recordedWindows({
    'inspect a quarantine': inspection(),
    'restore a file': { state: 'restored', record },
  })
  expect(await windows.execute(job(parameters))).toMatchObject({ identical: true, path: record.path })
  expect(asked[1]?.input).toEqual({
    vault: 'C:\\ProgramData\\Riposte\\vault',
    id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    quarantine,
  })
  expect(notes).toMatchObject([{ stage: 'restoring', record }])
  for (const line of commandLines) expect(line.length).toBeLessThan(longestCommandLine)
})

test.each([
  ['no_entry', 'does_not_exist'],
  ['no_folder', 'does_not_exist'],
  ['link', 'unsupported'],
  ['occupied', 'precondition_changed'],
  ['changed', 'precondition_changed'],
  ['not_as_it_was', 'execution_error'],
])('%s is %s', async (state, reason) => {
  const { job } = recordedWindows({ 'inspect a quarantine': inspection(), 'restore a file': { state, detail: 'x' } })
  await expect(windows.execute(job(parameters))).rejects.toMatchObject({ reason })
})

test('an entry that is not there is told before anything begins', async () => {
  const { job, asked } = recordedWindows({ 'inspect a quarantine': inspection({ record: null }) })
  await expect(windows.execute(job(parameters))).rejects.toMatchObject({ reason: 'does_not_exist' })
  expect(asked).toHaveLength(1)
})

test.each([
  [{}, 'passed'],
  [{ sha256: null }, 'failed'],
  [{ sha256: 'b'.repeat(64) }, 'failed'],
  [{ sddl: 'O:BAG:SYD:(A;;FA;;;WD)' }, 'failed'],
  [{ attributes: 33 }, 'failed'],
  [{ modified: '9' }, 'failed'],
])('%j is %s', async (difference, result) => {
  const { job } = recordedWindows({ 'look at a restored file': { ...now, ...difference } })
  expect(await windows.verify(job(parameters), record)).toMatchObject({ result })
})

test.each([
  ['before the name', record, null, 'not_applied', ['drop_draft']],
  ['after the name', record, record.sha256, 'applied', ['drop_draft', 'drop_entry', 'drop_partial']],
  ['after the entry', null, record.sha256, 'applied', ['drop_draft', 'drop_partial']],
  ['and somebody took both', null, null, 'unknown', ['drop_draft', 'drop_partial']],
])('an agent that died %s', async (_, entry, sha256, state, settled) => {
  const { job, asked } = recordedWindows({
    'inspect a quarantine': inspection({ record: entry }),
    'look at a restored file': { ...now, sha256 },
  })
  expect(await windows.reconcile(job(parameters), [{ stage: 'restoring', record }])).toMatchObject({ state })
  expect(asked.flatMap(({ input }) => input['settle'] ?? [])).toEqual(settled)
})
