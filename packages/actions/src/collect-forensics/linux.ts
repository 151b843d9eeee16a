import { forensicsExecutor } from './collect.ts'
import { linuxItems } from './linux-items.ts'

export const linux = forensicsExecutor(linuxItems({ root: '/', proc: '/proc' }))
