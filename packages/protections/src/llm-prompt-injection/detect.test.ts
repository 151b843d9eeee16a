import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../define.ts'
import { inspect } from '../inspect.ts'
import { attacks, benign, inputsOf, type Case } from './cases.ts'
import { detect } from './detect.ts'
import { spec } from './spec.ts'

const settings = defaultSettings(spec.settings)
const judge = (it: Case) => detect(it.operation, inputsOf(it), settings)

describe('what works on the model is found', () => {
  it.each(attacks)('$says', (it) => {
    const finding = judge(it)
    expect(finding).not.toBeNull()
    expect(finding?.confidence).toBeGreaterThanOrEqual(0.45)
    expect(inspect({ input: [...it.values], operation: it.operation })).toMatchObject({
      flagged: true,
      protection: 'LlmPromptInjection',
    })
  })
})

describe('what does not raises nothing', () => {
  it.each(benign)('$says', (it) => {
    expect(judge(it)).toBeNull()
  })
})

describe('a finding', () => {
  it('says what was done in words, and nothing of the text', () => {
    const [one] = attacks as [Case]
    expect(judge(one)?.reason).toBe(
      'A value from the request sets earlier instructions aside and asks for what the model was told in confidence.',
    )
  })

  it('shows where it stands, in the value and in the prompt', () => {
    const [one] = attacks as [Case]
    const finding = judge(one)
    const { inputSpan, operationSpan } = finding ?? {}
    expect(finding?.input.value.slice(inputSpan?.start, inputSpan?.end)).toMatch(/^(?:ignore|print)/)
    expect(one.operation.text.slice(operationSpan?.start, operationSpan?.end)).toMatch(/^(?:ignore|print)/)
  })

  it('is surer inside of a system message', () => {
    const [asked, , inSystem] = attacks as [Case, Case, Case]
    expect(judge(inSystem)?.confidence).toBeGreaterThan(judge(asked)?.confidence ?? 1)
  })

  it('follows the threshold', () => {
    const [one] = attacks as [Case]
    const confidence = (judge(one)?.confidence ?? 0) * 100
    expect(detect(one.operation, inputsOf(one), { threshold: confidence - 1 })).not.toBeNull()
    expect(detect(one.operation, inputsOf(one), { threshold: confidence + 1 })).toBeNull()
  })
})

describe('odd prompts', () => {
  const odd = ['\u0000', '\ud800', '\u{e0041}', '‮', '<|', '</', '```', '🏴', '%', '&#', '\\u00', '='.repeat(50)]
  it.each(odd)('%j, a thousand times, throws nothing', (text) => {
    const value = text.repeat(1_000)
    expect(() =>
      detect({ kind: 'prompt', text: value }, [{ source: 'body', path: 'q', value }], settings),
    ).not.toThrow()
  })
})
