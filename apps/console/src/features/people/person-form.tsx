import { Button, Drawer, Group, Select, Stack, Switch, TextInput } from '@mantine/core'
import type { Person } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { deviceQueries, peopleQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { ErrorState } from '../../ui/page.tsx'
import { useLeave } from '../../ui/use-leave.ts'

const fields = [
  ['name', 'Name', true],
  ['email', 'E-mail', true],
  ['userName', 'User name', false],
  ['department', 'Department', false],
  ['manager', 'Manager', false],
  ['externalId', 'External id', false],
] as const
type Name = (typeof fields)[number][0]

/** Adds or changes a person that Riposte itself keeps. */
export function PersonForm({ person, close }: { person: Person | null; close: () => void }) {
  const [texts, setTexts] = useState<Readonly<Record<Name, string>>>(
    () => Object.fromEntries(fields.map(([name]) => [name, person?.[name] ?? ''])) as Record<Name, string>,
  )
  const [active, setActive] = useState(person?.active ?? true)
  const [accounts, setAccounts] = useState(
    person?.accounts.flatMap(({ kind, deviceId, name }) =>
      kind === 'local' && deviceId ? [{ deviceId, name }] : [],
    ) ?? [],
  )
  const devices = useQuery(deviceQueries.find('')).data?.items ?? []
  const save = useMutation({
    mutationFn: () => {
      const given = Object.fromEntries(
        fields.map(([name, , required]) => [name, texts[name].trim() === '' && !required ? null : texts[name].trim()]),
      )
      const body = { name: '', email: '', ...given, active, localAccounts: accounts }
      return person ? call('updatePerson', { params: { personId: person.id }, body }) : call('createPerson', { body })
    },
    onSuccess: (saved) => {
      queryClient.setQueryData(peopleQueries.one(saved.id).queryKey, saved)
      void queryClient.invalidateQueries({ queryKey: ['people'] })
      close()
      go(paths.person(saved.id))
    },
  })
  const draft = JSON.stringify([texts, active, accounts])
  const [start] = useState(draft)
  const leave = useLeave(draft !== start, 'this person', close)
  const placed = placeErrors(
    save.error instanceof ApiError ? save.error.errors : undefined,
    fields.map(([name]) => name),
  )
  return (
    <Drawer opened onClose={leave} title={person ? `Change ${person.name}` : 'Add person'} position="right" size="md">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack>
          {fields.map(([name, label, required]) => (
            <TextInput
              key={name}
              label={label}
              required={required}
              type={name === 'email' ? 'email' : 'text'}
              maxLength={254}
              error={placed.at[name]}
              value={texts[name]}
              onChange={(event) => setTexts({ ...texts, [name]: event.currentTarget.value })}
            />
          ))}
          <Switch label="Active" checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
          {accounts.map((account, index) => (
            <Group key={index} align="flex-end" wrap="nowrap">
              <Select
                label="Device"
                searchable
                data={devices.map(({ id, name }) => ({ value: id, label: name }))}
                value={account.deviceId}
                onChange={(deviceId) =>
                  setAccounts(
                    accounts.map((one, at) =>
                      at === index ? { ...one, deviceId: (deviceId ?? '') as typeof one.deviceId } : one,
                    ),
                  )
                }
              />
              <TextInput
                label="Local account"
                value={account.name}
                onChange={(event) =>
                  setAccounts(
                    accounts.map((one, at) => (at === index ? { ...one, name: event.currentTarget.value } : one)),
                  )
                }
              />
              <Button
                variant="default"
                aria-label={`Remove account ${account.name}`}
                onClick={() => setAccounts(accounts.filter((_, at) => at !== index))}
              >
                Remove
              </Button>
            </Group>
          ))}
          <Group>
            <Button
              size="xs"
              variant="default"
              disabled={devices.length === 0}
              onClick={() => devices[0] && setAccounts([...accounts, { deviceId: devices[0].id, name: '' }])}
            >
              Add local account
            </Button>
          </Group>
          {save.error ? <ErrorState error={save.error} /> : null}
          {placed.rest.map((sentence) => (
            <span key={sentence}>{sentence}</span>
          ))}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {person ? 'Save person' : 'Add person'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
