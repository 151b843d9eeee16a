import { describe, expect, test } from 'vitest'
import { longestCommandLine } from '../process/power-shell.ts'
import { recordedWindows, type Recorded } from '../testing/recorded-windows.ts'
import { quarantineFile } from './spec.ts'
import { windows } from './windows.ts'

const path = 'C:\\Temp\\Größe $(calc) `x`.exe'
const record = {
  ...{ actionId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', path, at: '2026-11-21T10:00:00.000Z' },
  ...{ sha256: 'a'.repeat(64), size: 5, sddl: 'O:BAG:SYD:(A;;FA;;;SY)', attributes: 32, streams: ['Zone.Identifier'] },
  ...{ created: '1', modified: '2', accessed: '3' },
}
const row = (pid: number, exe: string | null, name: string) => ({
  ...{ pid, ppid: 1, name, exe, command: `${name} --token=x`, startTime: '13377000000000001', session: 1 },
  ...{ user: null, memoryBytes: 1, cpu: '1' },
})
const table = (...rows: object[]) => ({
  ...{ bootAt: '13377000000000000', now: '13377000000000009', systemRoot: 'C:\\Windows' },
  processes: [row(700, 'C:\\Program Files\\Riposte\\riposte-agent.exe', 'riposte-agent.exe'), ...rows],
})
const done = { state: 'quarantined', record, occupied: false }
const parameters = (more: Record<string, unknown> = {}) => quarantineFile.parameters.parse({ path, ...more })
const inspection = (more: Record<string, unknown> = {}) => ({
  path: 'nothing',
  aside: 'nothing',
  record,
  whole: true,
  ...more,
})

describe('quarantine on Windows, by recorded answers', () => {
  test('hands the path over as data, and tells what was recorded without the key of the copy', async () => {
    const { job, asked, notes, scripts, commandLines } = recordedWindows({
      'list processes': table(),
      'quarantine a file': done,
    })
    const evidence = await windows.execute(job(parameters()))
    expect(evidence).toMatchObject({ gone: true, path, streams: ['Zone.Identifier'], sddl: record.sddl })
    const input = asked[1]?.input ?? {}
    expect(input).toMatchObject({
      path,
      vault: 'C:\\ProgramData\\Riposte\\vault',
      aside: 'C:\\Temp\\.riposte-quarantine-0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    })
    expect(JSON.stringify([evidence, notes])).not.toContain(String(input['key']))
    for (const script of scripts) expect(script).not.toContain('calc')
    for (const line of commandLines) expect(line.length).toBeLessThan(longestCommandLine)
    // Its owner, and nobody else besides the system, enters the vault.
    expect(scripts[1]).toContain('O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')
    expect(notes).toMatchObject([{ stage: 'moving' }])
  })

  test.each([
    ['gone', 'does_not_exist'],
    ['denied', 'permission_denied'],
    ['link', 'unsupported'],
    ['folder', 'unsupported'],
    ['streams', 'unsupported'],
    ['no_room', 'execution_error'],
    ['not_whole', 'execution_error'],
    ['written', 'precondition_changed'],
    ['other_content', 'precondition_changed'],
    ['in_use', 'precondition_changed'],
    ['changed', 'precondition_changed'],
    ['nonsense', 'execution_error'],
  ])('%s is %s', async (state, reason) => {
    const { job } = recordedWindows({ 'list processes': table(), 'quarantine a file': { state, detail: 'x' } })
    await expect(windows.execute(job(parameters()))).rejects.toMatchObject({ reason })
  })

  test.each([
    ['/srv/x', 'unsupported', 'drive'],
    ['C:\\Temp\\x.exe.', 'unsupported', 'dot or a blank'],
    ['C:\\Temp \\x.exe', 'unsupported', 'dot or a blank'],
    ['C:\\PROGRA~1\\x.exe', 'unsupported', 'short name'],
    ['C:\\Temp\\CON', 'unsupported', 'device'],
    ['C:\\Temp\\com1.txt', 'unsupported', 'device'],
    ['C:\\Temp\\x.exe:ads', 'unsupported', 'stream'],
    ['C:\\Temp\\a*.exe', 'unsupported', 'no file of Windows has'],
    ['C:\\Temp\\..\\x.exe', 'unsupported', '".."'],
    ['c:/windows/SYSTEM32/lsass.exe', 'protected_target', 'would not start'],
    ['C:\\Windows\\System32\\config\\SAM', 'protected_target', 'would not start'],
    ['D:\\bootmgr', 'protected_target', 'would not start'],
    ['C:\\ProgramData\\Riposte\\identity.json', 'protected_target', 'belongs to the agent'],
    ['C:\\Program Files\\riposte\\Riposte-Agent.exe', 'protected_target', 'runs from it'],
  ])('%s stays', async (text, reason, message) => {
    const { job, asked } = recordedWindows({ 'list processes': table(), 'quarantine a file': done })
    await expect(windows.execute(job(parameters({ path: text })))).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(message) as string,
    })
    expect(asked.some(({ what }) => what === 'quarantine a file')).toBe(false)
  })

  test('what runs from it is killed first where that was asked for, and is why not where it was not', async () => {
    const answers: Record<string, Recorded> = {
      'list processes': table(row(4242, path.replace('Temp', 'TEMP').replace('.exe', '.EXE'), 'GRÖSSE.EXE')),
      'end processes': { results: [{ pid: 4242, state: 'killed', exeSha256: null }] },
      'quarantine a file': done,
    }
    const kept = recordedWindows(answers)
    await expect(windows.execute(kept.job(parameters()))).rejects.toMatchObject({
      reason: 'precondition_changed',
      evidence: { running: [{ pid: 4242, command: 'GRÖSSE.EXE --token=***' }] },
    })
    const asked = recordedWindows(answers)
    expect(await windows.execute(asked.job(parameters({ killRunning: true })))).toMatchObject({
      killed: [{ pid: 4242 }],
    })
    expect(asked.asked.map(({ what }) => what)).toEqual(['list processes', 'end processes', 'quarantine a file'])
  })

  test.each([
    ['nothing', true, 'passed', 'in_force'],
    ['other', true, 'passed', 'in_force'],
    ['same', true, 'failed', 'drifted'],
    ['nothing', false, 'failed', 'in_force'],
  ])('with %s at the path, copy whole: %s, verification %s, watch %s', async (at, whole, result, state) => {
    const { job } = recordedWindows({ 'inspect a quarantine': inspection({ path: at, whole }) })
    expect(await windows.verify(job(parameters()), {})).toMatchObject({ result })
    expect(await windows.watch?.(job(parameters()), {})).toMatchObject({ state })
  })

  test.each([
    ['before the copy was complete', { record: null, path: 'other' }, 'not_applied', ['drop_partial', 'put_back']],
    ['before the move', { path: 'same' }, 'not_applied', ['drop_partial', 'drop_entry']],
    ['while it stood aside', { aside: 'same' }, 'applied', ['drop_partial', 'finish']],
    ['after it was gone', {}, 'applied', ['drop_partial']],
  ])('an agent that died %s', async (_, seen, state, settled) => {
    const { job, asked } = recordedWindows({
      'inspect a quarantine': (_asked, count) => inspection({ ...seen, ...(count === 0 ? {} : { aside: 'nothing' }) }),
    })
    expect(await windows.reconcile(job(parameters()), [])).toMatchObject({ state })
    expect(asked.flatMap(({ input }) => input['settle'])).toEqual(settled)
  })
})
