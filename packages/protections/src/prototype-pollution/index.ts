import { defineProtection } from '../define.ts'
import { detect } from './detect.ts'
import { spec } from './spec.ts'

export const prototypePollution = defineProtection({ spec, detect })
