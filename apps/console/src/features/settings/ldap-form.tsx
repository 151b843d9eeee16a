import {
  Button,
  Drawer,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  Text as Words,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { LdapConnector } from '@riposte/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { queryClient } from '../../api/query.ts'
import { placeErrors } from '../../schema-form/fields.ts'
import { ErrorState } from '../../ui/page.tsx'
import { useLeave } from '../../ui/use-leave.ts'

const attributeNames = ['id', 'name', 'email', 'userName', 'department', 'manager'] as const
type Text = 'name' | 'host' | 'bindDn' | 'bindPassword' | 'baseDn' | 'filter' | 'caCertificate'

const signInOf = (connector: LdapConnector | null) => ({
  caCertificate: connector?.caCertificate ?? '',
  bindDn: connector?.bindDn ?? '',
  bindPassword: '',
})

const startOf = (connector: LdapConnector | null) => ({
  name: connector?.name ?? '',
  host: connector?.host ?? '',
  port: String(connector?.port ?? 636),
  tls: connector?.tls ?? ('ldaps' as const),
  ...signInOf(connector),
  baseDn: connector?.baseDn ?? '',
  filter: connector?.filter ?? '(objectClass=inetOrgPerson)',
  attributes: connector?.attributes ?? {
    id: 'entryUUID',
    name: 'cn',
    email: 'mail',
    userName: 'uid',
    department: 'departmentNumber',
    manager: 'manager',
  },
  resetBy: connector?.resetBy ?? ('auto' as const),
  syncMinutes: String(connector?.syncMinutes ?? 60),
  deactivateMissing: connector?.deactivateMissing ?? true,
})

/** Adds or changes a directory that people are read from. */
export function LdapForm({ connector, close }: { connector: LdapConnector | null; close: () => void }) {
  const [form, setForm] = useState(() => startOf(connector))
  const change = (part: Partial<typeof form>): void => setForm({ ...form, ...part })
  const save = useMutation({
    mutationFn: () => {
      const { bindPassword, caCertificate, ...rest } = form
      const body = {
        ...rest,
        port: Number(form.port),
        syncMinutes: Number(form.syncMinutes),
        caCertificate: caCertificate.trim() === '' ? null : caCertificate,
        ...(bindPassword === '' ? {} : { bindPassword }),
      }
      return connector
        ? call('updateLdapConnector', { params: { connectorId: connector.id }, body })
        : call('createLdapConnector', { body })
    },
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['ldap-connectors'] })
      close()
    },
  })
  const leave = useLeave(JSON.stringify(form) !== JSON.stringify(startOf(connector)), 'this connector', close)
  const placed = placeErrors(save.error instanceof ApiError ? save.error.errors : undefined, Object.keys(form))
  const text = (name: Text) => ({
    value: form[name],
    error: placed.at[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      change({ [name]: event.currentTarget.value }),
  })
  return (
    <Drawer
      opened
      onClose={leave}
      title={connector ? `Edit ${connector.name}` : 'Add LDAP connector'}
      position="right"
      size="lg"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack>
          <TextInput label="Name" required {...text('name')} />
          <Group grow align="flex-start">
            <TextInput label="Host" required {...text('host')} />
            <NumberInput
              label="Port"
              required
              min={1}
              max={65_535}
              allowDecimal={false}
              value={form.port}
              error={placed.at['port']}
              onChange={(value) => change({ port: String(value) })}
            />
            <Select
              label="Encryption"
              allowDeselect={false}
              data={[
                { value: 'ldaps', label: 'LDAPS' },
                { value: 'starttls', label: 'STARTTLS' },
                { value: 'none', label: 'None (this machine only)' },
              ]}
              value={form.tls}
              error={placed.at['tls']}
              onChange={(tls) => tls && change({ tls })}
            />
          </Group>
          <TextInput label="Sign in as (DN)" classNames={{ input: 'mono' }} {...text('bindDn')} />
          <PasswordInput
            label="Password"
            description={connector?.hasPassword ? 'Empty: stays as it is' : 'Kept encrypted, never shown again'}
            autoComplete="off"
            {...text('bindPassword')}
          />
          <TextInput label="Base DN" required classNames={{ input: 'mono' }} {...text('baseDn')} />
          <TextInput label="Filter" classNames={{ input: 'mono' }} {...text('filter')} />
          <details>
            <summary>Attributes, certificate, schedule</summary>
            <Stack mt="xs">
              {attributeNames.map((name) => (
                <TextInput
                  key={name}
                  label={`Attribute of ${name}`}
                  value={form.attributes[name]}
                  onChange={(event) =>
                    change({ attributes: { ...form.attributes, [name]: event.currentTarget.value } })
                  }
                />
              ))}
              <Textarea
                label="CA certificate"
                description="PEM of the only authority that is trusted; empty: the usual ones"
                autosize
                maxRows={6}
                classNames={{ input: 'mono' }}
                {...text('caCertificate')}
              />
              <Select
                label="A reset is forced by"
                allowDeselect={false}
                data={[
                  { value: 'auto', label: 'What the server takes' },
                  { value: 'ppolicy', label: 'pwdReset (ppolicy)' },
                  { value: 'active_directory', label: 'pwdLastSet = 0 (Active Directory)' },
                ]}
                value={form.resetBy}
                onChange={(resetBy) => resetBy && change({ resetBy })}
              />
              <NumberInput
                label="Read every (minutes)"
                description="0: only when somebody asks"
                min={0}
                max={10_080}
                allowDecimal={false}
                value={form.syncMinutes}
                onChange={(value) => change({ syncMinutes: String(value) })}
              />
              <Switch
                label="Who is gone from the directory becomes inactive"
                checked={form.deactivateMissing}
                onChange={(event) => change({ deactivateMissing: event.currentTarget.checked })}
              />
            </Stack>
          </details>
          {save.error ? <ErrorState error={save.error} /> : null}
          {placed.rest.map((sentence) => (
            <Words size="sm" key={sentence}>
              {sentence}
            </Words>
          ))}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save connector
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
