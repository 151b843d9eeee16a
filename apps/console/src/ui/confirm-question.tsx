import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Confirmation } from './confirm.tsx'

/** The one dialog for everything that destroys. */
export function ConfirmQuestion({ asked, close }: { asked: Confirmation; close: () => void }) {
  const keep = (): void => {
    asked.stay?.()
    close()
  }
  return (
    <Modal opened onClose={keep} title={asked.title} centered zIndex={400}>
      <Question asked={asked} close={close} keep={keep} />
    </Modal>
  )
}

function Question({ asked, close, keep }: { asked: Confirmation; close: () => void; keep: () => void }) {
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
          <Button variant="default" onClick={keep} data-autofocus={asked.reason === undefined ? true : undefined}>
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
