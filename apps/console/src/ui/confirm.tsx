import { lazy, Suspense, type ReactNode } from 'react'
import { askStore } from './ask-store.ts'

export interface Confirmation {
  readonly title: string
  /** What will happen, to what, and how to undo it. */
  readonly body: ReactNode
  /** Names the act: never "OK". */
  readonly act: string
  /** Asks for a reason of at least three letters, which `run` is given. */
  readonly reason?: string
  /** False: nothing is lost by it. */
  readonly destroys?: boolean
  readonly run: (reason: string) => void
  /** Nothing is done. */
  readonly stay?: () => void
}

const store = askStore<Confirmation>()
const ConfirmQuestion = lazy(() =>
  import('./confirm-question.tsx').then((loaded) => ({ default: loaded.ConfirmQuestion })),
)

/** Asks before something is destroyed. The one way to do so. */
export const confirm = (confirmation: Confirmation): void => store.open(confirmation)

export function ConfirmDialog() {
  const asked = store.use()
  if (asked === null) return null
  return (
    <Suspense fallback={null}>
      <ConfirmQuestion key={asked.title} asked={asked} close={store.close} />
    </Suspense>
  )
}
