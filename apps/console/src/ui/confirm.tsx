import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useState, useSyncExternalStore, type ReactNode } from 'react'

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
}

let asked: Confirmation | null = null
const listeners = new Set<() => void>()

function set(next: Confirmation | null): void {
  asked = next
  for (const listener of listeners) listener()
}

/** Asks before something is destroyed. The one way to do so. */
export const confirm = (confirmation: Confirmation): void => set(confirmation)

export function ConfirmDialog() {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => asked,
  )
  const close = (): void => set(null)
  return (
    <Modal opened={current !== null} onClose={close} title={current?.title} centered zIndex={400}>
      {current ? <Question key={current.title} asked={current} close={close} /> : null}
    </Modal>
  )
}

function Question({ asked, close }: { asked: Confirmation; close: () => void }) {
  const [reason, setReason] = useState('')
  const missing = asked.reason !== undefined && reason.trim().length < 3
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (missing) return
        asked.run(reason.trim())
        close()
      }}
    >
      <Stack>
        <Text size="sm" component="div">
          {asked.body}
        </Text>
        {asked.reason === undefined ? null : (
          <Textarea
            label={asked.reason}
            description="At least three letters; it is kept in the audit log"
            autosize
            minRows={2}
            maxLength={500}
            data-autofocus
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus={asked.reason === undefined ? true : undefined}>
            Keep
          </Button>
          <Button type="submit" {...(asked.destroys === false ? {} : { color: 'red' })} disabled={missing}>
            {asked.act}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
