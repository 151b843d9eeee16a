import { useBlocker } from '@tanstack/react-router'
import { confirm } from './confirm.tsx'

/** Asks before a page with unsaved work is left for another one, or closed. */
export function useStay(changed: boolean, what: string): void {
  useBlocker({
    disabled: !changed,
    enableBeforeUnload: changed,
    shouldBlockFn: () =>
      new Promise<boolean>((block) =>
        confirm({
          title: 'Discard changes',
          body: `What you changed in ${what} is not saved.`,
          act: 'Discard changes',
          run: () => block(false),
          stay: () => block(true),
        }),
      ),
  })
}
