import {
  Alert,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import type { MailSettings } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { peopleQueries } from '../../api/defend-queries.ts'
import { queries, queryClient } from '../../api/query.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { EmptyState, ErrorState } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useStay } from '../../ui/use-stay.ts'
import { useWhyNot } from '../../ui/use-may.ts'

/** How password-reset notices and the like are sent. */
export function Mail() {
  const mayNot = useWhyNot('settings.write')
  const found = useQuery({ ...peopleQueries.mail(), enabled: mayNot === null })
  if (mayNot !== null) return <EmptyState title="Mail">{mayNot}</EmptyState>
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return null
  return (
    <Stack>
      {found.data.mail === null ? (
        <Alert color="yellow" title="Mail is not set up">
          People whose password is reset are not told until it is.
        </Alert>
      ) : null}
      <MailForm key={found.data.mail?.updatedAt ?? 'new'} mail={found.data.mail} />
      {found.data.mail ? <Trial /> : null}
    </Stack>
  )
}

const names = [
  'host',
  'port',
  'tls',
  'caCertificate',
  'user',
  'password',
  'fromAddress',
  'fromName',
  'resetUrl',
] as const
const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

function MailForm({ mail }: { mail: MailSettings | null }) {
  const [start] = useState({
    host: mail?.host ?? '',
    port: String(mail?.port ?? 587),
    tls: mail?.tls ?? ('starttls' as const),
    caCertificate: mail?.caCertificate ?? '',
    user: mail?.user ?? '',
    password: '',
    fromAddress: mail?.fromAddress ?? '',
    fromName: mail?.fromName ?? 'Riposte',
    resetUrl: mail?.resetUrl ?? '',
  })
  const [form, setForm] = useState(start)
  const save = useMutation({
    mutationFn: () =>
      call('setMailSettings', {
        body: {
          host: form.host,
          port: Number(form.port),
          tls: form.tls,
          caCertificate: orNull(form.caCertificate),
          user: orNull(form.user),
          fromAddress: form.fromAddress,
          fromName: form.fromName,
          resetUrl: orNull(form.resetUrl),
          ...(form.password === '' ? {} : { password: form.password }),
        },
      }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['mail-settings'] }),
  })
  useStay(!save.isSuccess && JSON.stringify(form) !== JSON.stringify(start), 'the mail settings')
  const { at } = placeErrors(save.error instanceof ApiError ? save.error.errors : undefined, names)
  const text = (name: Exclude<(typeof names)[number], 'port' | 'tls'>) => ({
    value: form[name],
    error: at[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      setForm({ ...form, [name]: event.currentTarget.value }),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Stack maw={480}>
        <Group grow align="flex-start">
          <TextInput label="Server" required {...text('host')} />
          <NumberInput
            label="Port"
            required
            min={1}
            max={65_535}
            allowDecimal={false}
            value={form.port}
            error={at['port']}
            onChange={(value) => setForm({ ...form, port: String(value) })}
          />
        </Group>
        <Select
          label="Encryption"
          allowDeselect={false}
          data={[
            { value: 'starttls', label: 'STARTTLS' },
            { value: 'tls', label: 'TLS from the first byte' },
            { value: 'none', label: 'None (only to this very machine)' },
          ]}
          value={form.tls}
          error={at['tls']}
          onChange={(tls) => tls && setForm({ ...form, tls })}
        />
        <TextInput label="User" {...text('user')} />
        <PasswordInput
          label="Password"
          description={mail?.hasPassword ? 'Empty: stays as it is' : 'Kept encrypted, never shown again'}
          autoComplete="off"
          {...text('password')}
        />
        <TextInput label="From address" type="email" required {...text('fromAddress')} />
        <TextInput label="From name" {...text('fromName')} />
        <TextInput
          label="Where people choose a new password"
          description="An address, named in the mail"
          {...text('resetUrl')}
        />
        <Textarea
          label="CA certificate"
          description="PEM of the only authority that is trusted; empty: the usual ones"
          autosize
          maxRows={6}
          classNames={{ input: 'mono' }}
          {...text('caCertificate')}
        />
        {save.error ? <ErrorState error={save.error} /> : null}
        <Button type="submit" loading={save.isPending}>
          Save mail settings
        </Button>
        {mail ? (
          <Text size="xs" className="quiet" component="div">
            Changed <RelativeTime at={mail.updatedAt} /> by {mail.updatedBy}
          </Text>
        ) : null}
      </Stack>
    </form>
  )
}

function Trial() {
  const me = useQuery(queries.me()).data
  const [to, setTo] = useState<string | null>(null)
  const address = to ?? me?.email ?? ''
  const send = useMutation({ mutationFn: () => call('sendTestMail', { body: { to: address } }) })
  return (
    <Stack component="section" aria-label="Try it" gap="xs" maw={480}>
      <Title order={2}>Try it</Title>
      <Group align="flex-end">
        <TextInput
          label="Send a test mail to"
          type="email"
          value={address}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Button variant="default" loading={send.isPending} disabled={address === ''} onClick={() => send.mutate()}>
          Send test mail
        </Button>
      </Group>
      {send.error ? <ErrorState error={send.error} /> : null}
      {send.data ? (
        <Alert
          color={send.data.ok ? 'green' : 'red'}
          variant="outline"
          role="status"
          title={send.data.ok ? 'The server accepted it' : 'It was not accepted'}
        >
          {send.data.detail}
        </Alert>
      ) : null}
    </Stack>
  )
}
