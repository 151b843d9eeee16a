import { Button, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { scriptQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { useWhyNot } from '../../ui/use-may.ts'

const names = ['id', 'name', 'url', 'secret'] as const
const refresh = (): void => void queryClient.invalidateQueries({ queryKey: ['script-connectors'] })

/** Remote-management systems that run scripts for us. */
export function ScriptConnectors() {
  const mayNot = useWhyNot('settings.write')
  const found = useQuery(scriptQueries.connectors())
  const [form, setForm] = useState({ id: '', name: '', url: '', secret: '' })
  const save = useMutation({
    mutationFn: () =>
      call('saveScriptConnector', {
        params: { connectorId: form.id },
        body: { name: form.name, url: form.url, ...(form.secret === '' ? {} : { secret: form.secret }) },
      }),
    onSuccess: () => {
      setForm({ id: '', name: '', url: '', secret: '' })
      refresh()
    },
  })
  const remove = useMutation({
    mutationFn: (connectorId: string) => call('deleteScriptConnector', { params: { connectorId } }),
    onSuccess: refresh,
  })
  const { at } = placeErrors(save.error instanceof ApiError ? save.error.errors : undefined, names)
  const text = (name: (typeof names)[number]) => ({
    value: form[name],
    error: at[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [name]: event.currentTarget.value }),
  })
  const error = found.error ?? remove.error ?? save.error
  return (
    <Stack>
      <Title order={2}>Script connectors</Title>
      <Text size="sm" className="quiet">
        Scripts run through Riposte’s own agent. A connector hands them to a remote-management system instead.
      </Text>
      {error ? <ErrorState error={error} /> : null}
      {found.data?.items.map((connector) => (
        <Group key={connector.id}>
          <Text size="sm">
            <b>{connector.name}</b> <span className="mono">{connector.id}</span> {connector.url ?? 'always there'}
          </Text>
          {connector.kind === 'agent' ? null : (
            <>
              <Button
                size="xs"
                variant="default"
                disabled={mayNot !== null}
                onClick={() =>
                  setForm({ id: connector.id, name: connector.name, url: connector.url ?? '', secret: '' })
                }
              >
                Edit
              </Button>
              <Button
                size="xs"
                variant="subtle"
                color="red"
                disabled={mayNot !== null}
                aria-label={`Delete ${connector.name}`}
                onClick={() =>
                  confirm({
                    title: `Delete connector ${connector.name}`,
                    body: 'Its secret is forgotten, and no script can run through it any more.',
                    act: 'Delete connector',
                    run: () => remove.mutate(connector.id),
                  })
                }
              >
                Delete
              </Button>
            </>
          )}
        </Group>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack maw={480}>
          <TextInput label="Id" description="Lower-case letters, digits, hyphens" required {...text('id')} />
          <TextInput label="Name" required {...text('name')} />
          <TextInput label="Address" type="url" required {...text('url')} />
          <PasswordInput
            label="Secret"
            description="At least 24 characters; empty on a change: stays as it is"
            autoComplete="off"
            {...text('secret')}
          />
          <DisabledReason why={mayNot}>
            <Button type="submit" disabled={mayNot !== null} loading={save.isPending}>
              Save connector
            </Button>
          </DisabledReason>
        </Stack>
      </form>
    </Stack>
  )
}
