import type { ProtectionSpec } from '../define.ts'

export const spec = {
  id: 'LlmPromptInjection',
  title: 'LLM Prompt Injection',
  summary: 'Text from the request, or content fetched for it, tries to give a language model other instructions.',
  severity: 'medium',
  defaultAction: 'log',
  offUntilAsked: true,
  withoutInputs: true,
  kinds: ['prompt'],
  settings: {
    threshold: {
      kind: 'integer',
      default: 45,
      least: 10,
      most: 99,
      summary: 'How sure, in percent, a text has to look like instructions to the model to be a finding.',
    },
  },
  explanation: {
    what: 'A language model cannot tell instructions from data: text that says so may make it leave its task, tell what it was told, or use its tools for somebody else.',
    whatToDo:
      'Give the model no more rights than the person who asks, keep data in messages of their own, confirm what tools do, and check what comes back.',
    references: [
      {
        scheme: 'CWE',
        id: 'CWE-1427',
        title: 'Improper Neutralization of Input Used for LLM Prompting',
        url: 'https://cwe.mitre.org/data/definitions/1427.html',
      },
      {
        scheme: 'OWASP',
        id: 'LLM01:2025',
        title: 'Prompt Injection',
        url: 'https://genai.owasp.org/llmrisk/llm01-prompt-injection/',
      },
    ],
  },
} as const satisfies ProtectionSpec
