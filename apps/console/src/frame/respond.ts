import { askStore } from '../ui/ask-store.ts'
import type { ResponseTrigger } from '@riposte/contract'

export interface Target {
  readonly kind: 'device' | 'person'
  readonly id: string
  readonly name: string
}

/** What the form starts with. */
export interface RespondStart {
  readonly type?: string
  readonly targets: readonly Target[]
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly trigger?: ResponseTrigger
}

export const respondStore = askStore<RespondStart>()
/** Opens the form that asks for a response action. */
export const respond = (start: RespondStart): void => respondStore.open(start)

export const commandLineStore = askStore<{ readonly line: string }>()
/** Opens the command line of the browser. */
export const openCommandLine = (line = ''): void => commandLineStore.open({ line })
