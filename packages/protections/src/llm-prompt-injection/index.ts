import { defineProtection } from '../define.ts'
import { detect } from './detect.ts'
import { spec } from './spec.ts'

export const llmPromptInjection = defineProtection({ spec, detect })
