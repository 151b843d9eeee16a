import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AgentReport } from '@riposte/contract'
import { batchReports, chainReport, noHead, reportHash } from '@riposte/uplink/device'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDurableLines, readLines } from './durable-lines.ts'
import { Journal } from './journal.ts'
import { executeCommand, verifyCommand } from './testing/signed-command.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-journal-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const newFile = (): string => path.join(folder, `${randomUUID()}.log`)

const now = Date.parse('2030-05-05T12:00:00Z')
const deviceId = randomUUID()
const open = (file: string): Journal => new Journal({ file, now: () => now })
const command = (sequence: number) =>
  executeCommand({ deviceId, sequence, type: 'block_ip', parameters: { address: '203.0.113.9' }, now })

/** A day's work. */
function fill(file: string): void {
  const journal = open(file)
  const [first, second, third] = [command(1), command(2), command(3)]
  journal.intent(first)
  journal.begun(first.actionId)
  journal.note(first.actionId, { step: 'rules' })
  journal.intent(second)
  journal.applied(first.actionId, { address: '203.0.113.9' }, true)
  journal.begun(second.actionId)
  journal.failed(second.actionId, { kind: 'failed', reason: 'timed_out', detail: 'slow', evidence: {} })
  const verify = verifyCommand({ deviceId, sequence: 4, now, type: 'block_ip', actionId: first.actionId })
  journal.intent(third)
  journal.verify(verify)
  journal.verified(verify, { kind: 'verified', result: 'passed', detail: 'there', evidence: {} })
  journal.hold(first.actionId, 'ended', { kind: 'containment', state: 'ended', repaired: false, detail: 'over' })
  journal.stored([[...journal.state.waiting.keys()][0] ?? ''])
  journal.released('0011223344', 'used')
  journal.close()
}

test('what was written is there after a restart', () => {
  const file = newFile()
  fill(file)
  const { state, health } = open(file)
  expect(health).toEqual({ damaged: 0, torn: false })
  expect(state.highest).toBe(4)
  expect([...state.actions.values()].map(({ state: reached, hold }) => [reached, hold])).toEqual([
    ['applied', 'ended'],
    ['failed', null],
    ['intent', null],
  ])
  expect(state.waiting.size).toBe(6)
  expect(state.nonces.has('0011223344')).toBe(true)
})

test('torn at any byte, it holds exactly the whole lines before, and what is written next is read again', () => {
  const file = newFile()
  fill(file)
  const whole = readFileSync(file)
  const lines = whole.toString('utf8').split('\n').length - 1
  for (let length = 0; length <= whole.length; length += 1) {
    const torn = whole.subarray(0, length)
    const complete = torn.toString('latin1').split('\n').length - 1
    const read = readLines(torn)
    expect(read.values.length).toBe(complete)
    expect(read.damaged).toBe(0)
    expect(read.torn).toBe(read.whole < length)
  }
  for (const length of [1, 100, whole.length - 1, whole.length - 30]) {
    writeFileSync(file, whole.subarray(0, length))
    const opened = openDurableLines(file)
    opened.lines.append([{ after: 'the tear' }])
    opened.lines.close()
    const again = readLines(readFileSync(file))
    expect(again.values.at(-1)).toEqual({ after: 'the tear' })
    expect(again.values.length).toBeLessThanOrEqual(lines)
    expect(again.damaged).toBe(0)
  }
})

test('a line that was altered in the middle is told, and the others stay', () => {
  const file = newFile()
  fill(file)
  const text = readFileSync(file, 'utf8').split('\n')
  text[3] = (text[3] ?? '').replace('block_ip', 'block_ap')
  writeFileSync(file, text.join('\n'))
  expect(open(file).health.damaged).toBe(1)
})

test('any values come back as they were, whatever is torn off behind them', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.json().map((json) => JSON.parse(json) as unknown),
        { maxLength: 8 },
      ),
      fc.uint8Array({ maxLength: 40 }),
      (values, noise) => {
        const file = newFile()
        const { lines } = openDurableLines(file)
        if (values.length > 0) lines.append(values)
        lines.close()
        const rubbish = Buffer.from(noise).toString('latin1').replaceAll('\n', '')
        writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from(rubbish, 'latin1')]))
        expect(readLines(readFileSync(file)).values).toEqual(
          values.map((value) => JSON.parse(JSON.stringify(value)) as unknown),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('grown large, it is written anew and says the same', () => {
  const file = newFile()
  const journal = open(file)
  const text = 'x'.repeat(30_000)
  const held = command(1)
  journal.intent(held)
  journal.begun(held.actionId)
  journal.applied(held.actionId, {}, true)
  for (let at = 0; at < 100; at += 1) {
    journal.output(held.actionId, { kind: 'output', stream: 'stdout', text })
    journal.stored([...journal.state.waiting.keys()])
  }
  const { state } = journal
  journal.close()
  expect(readFileSync(file).length).toBeLessThan(2.2 * 1_048_576)
  const again = open(file).state
  expect(again.head).toEqual(state.head)
  expect(again.highest).toBe(1)
  expect(again.actions.get(held.actionId)?.hold).toBe('in_force')
})

test('reports form one chain over restarts; each is a report as the contract has it; leaving one out shows', () => {
  const file = newFile()
  fill(file)
  const journal = open(file)
  journal.notice('later', 'after a restart')
  const reports = [...journal.state.waiting.values()]
  for (const report of reports) expect(AgentReport.safeParse(report).success).toBe(true)
  let previous: AgentReport | null = null
  for (const report of reports) {
    const { chain, ...rest } = report
    expect(reportHash(rest, chain.sequence, chain.previousHash)).toBe(chain.hash)
    if (previous !== null) {
      expect(chain.previousHash).toBe(previous.chain.hash)
      expect(chain.sequence).toBe(previous.chain.sequence + 1)
    }
    previous = report
  }
  expect(journal.state.head.hash).toBe(previous?.chain.hash)
})

test('a message holds at most 200 reports and about one mebibyte, in their order', () => {
  let head = noHead
  const reports = Array.from({ length: 450 }, (_, at) => {
    const event = { kind: 'notice', code: String(at), detail: 'y'.repeat(at % 50 === 0 ? 400_000 : 10) } as const
    const next = chainReport(
      { reportId: randomUUID(), at: new Date(now).toISOString(), actionId: null, commandId: null, event },
      head,
    )
    head = next.head
    return next.report
  })
  const batches = batchReports(reports)
  expect(batches.flat()).toEqual(reports)
  for (const batch of batches) {
    expect(batch.length).toBeLessThanOrEqual(200)
    expect(batch.length === 1 || Buffer.byteLength(JSON.stringify(batch)) < 1_100_000).toBe(true)
  }
})
