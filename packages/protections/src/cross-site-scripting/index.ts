import { defineProtection } from '../define.ts'
import { detect } from './detect.ts'
import { mayFind } from './may-find.ts'
import { spec } from './spec.ts'

export const crossSiteScripting = defineProtection({ spec, detect, mayFind })
