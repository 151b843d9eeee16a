import { Alert, Button, Modal, NumberInput, Stack, Text, Textarea } from '@mantine/core'
import type { Device } from '@riposte/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'

/** For a host that cannot reach us: one code, one device, one use. */
export function ReleaseCode({ device, close }: { device: Device; close: () => void }) {
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState<string | number>(24)
  const make = useMutation({
    mutationFn: () =>
      call('createReleaseCode', {
        params: { deviceId: device.id },
        body: { reason: reason.trim(), hours: Number(hours) },
      }),
  })
  return (
    <Modal opened onClose={close} title={`Release code for ${device.name}`} centered>
      {make.data ? (
        <Stack>
          <ShownOnce
            title="Copy this now: it is not shown again"
            secret={`riposte-agent release --break-glass ${make.data.code}`}
            what="command"
            then="Somebody at the host types it as root. It ends the isolation of this one device, once."
          />
          <Text size="sm" component="div">
            Valid until <RelativeTime at={make.data.notAfter} />. The agent reports its use as soon as it is back
            online.
          </Text>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (reason.trim().length >= 3) make.mutate()
          }}
        >
          <Stack>
            <Alert color="yellow">
              With this code somebody at {device.name} ends its isolation without the control plane. Give it only to a
              person whom you can name: whoever has it can use it.
            </Alert>
            <Textarea
              label="Reason"
              description="At least three letters; it is kept in the audit log"
              required
              data-autofocus
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <NumberInput
              label="Valid for (hours)"
              min={1}
              max={72}
              allowDecimal={false}
              value={hours}
              onChange={setHours}
            />
            {make.error ? <ErrorState error={make.error} /> : null}
            <Button type="submit" color="red" loading={make.isPending} disabled={reason.trim().length < 3}>
              Make release code
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
