import { useEffect } from 'react'
import { confirm } from './confirm.tsx'

/** Ends a form; with unsaved work it asks first, also when the tab is closed. */
export function useLeave(changed: boolean, what: string, close: () => void): () => void {
  useEffect(() => {
    if (!changed) return
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', stay)
    return () => window.removeEventListener('beforeunload', stay)
  }, [changed])
  return () => {
    if (!changed) close()
    else
      confirm({
        title: 'Discard changes',
        body: `What you changed in ${what} is not saved.`,
        act: 'Discard changes',
        run: close,
      })
  }
}
