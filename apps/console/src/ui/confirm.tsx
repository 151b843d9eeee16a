import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useSyncExternalStore, type ReactNode } from 'react'

export interface Confirmation {
  readonly title: string
  /** What will happen, to what, and how to undo it. */
  readonly body: ReactNode
  /** Names the act: never "OK". */
  readonly act: string
  readonly run: () => void
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
    <Modal opened={current !== null} onClose={close} title={current?.title} centered>
      <Stack>
        <Text size="sm" component="div">
          {current?.body}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Keep
          </Button>
          <Button
            color="red"
            onClick={() => {
              current?.run()
              close()
            }}
          >
            {current?.act}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
