import { Button, Checkbox, Drawer, Group, MultiSelect, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { severities, type Catalog, type ProjectType, type ProtectionInfo, type RuleDraft } from '@riposte/contract'
import { useMutation } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { ApiError } from '../../api/client.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'

export interface RuleFormProps {
  readonly start: RuleDraft
  readonly title: string
  readonly catalog: Catalog
  readonly projectType: ProjectType
  readonly save: (draft: RuleDraft) => Promise<unknown>
  readonly close: () => void
  readonly reload: () => void
}

export const emptyDraft = (protection: string | undefined): RuleDraft => ({
  enabled: true,
  mode: 'enforce',
  if: { protections: protection ? [protection] : 'any' },
  then: { actions: ['log'] },
  expiresAt: null,
  note: '',
})

/** One rule as IF and THEN, in a drawer; leaving with unsaved work asks. */
export function RuleForm({ start, title, catalog, projectType, save, close, reload }: RuleFormProps) {
  const [draft, setDraft] = useState(start)
  const saving = useMutation({ mutationFn: () => save(draft), onSuccess: close })
  const changed = JSON.stringify(draft) !== JSON.stringify(start)
  const condition = (part: Partial<Record<keyof RuleDraft['if'], unknown>>): void => {
    const merged = Object.entries({ ...draft.if, ...part }).filter(([, value]) => value !== undefined)
    setDraft({ ...draft, if: Object.fromEntries(merged) as RuleDraft['if'] })
  }
  const leave = (): void => {
    if (changed)
      confirm({
        title: 'Discard changes',
        body: 'What you changed in this rule is not saved.',
        act: 'Discard changes',
        run: close,
      })
    else close()
  }
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    saving.mutate()
  }
  const conflict = saving.error instanceof ApiError && saving.error.status === 409
  return (
    <Drawer opened onClose={leave} title={title} position="right" size="md">
      <form onSubmit={submit}>
        <Stack>
          <MultiSelect
            label="If protection"
            description="Empty means any protection"
            searchable
            data={catalog.protections.map((protection) => ({
              value: protection.id,
              label: protectionLabel(protection),
              disabled: !protection.available,
            }))}
            value={draft.if.protections === 'any' ? [] : draft.if.protections}
            onChange={(ids) => condition({ protections: ids.length === 0 ? 'any' : ids })}
          />
          <Select
            label="Severity at least"
            clearable
            data={[...severities]}
            value={draft.if.severityAtLeast ?? null}
            onChange={(value) => condition({ severityAtLeast: value ?? undefined })}
          />
          <TextInput
            label="Path"
            description="* within a segment, ** across segments"
            placeholder="/api/**"
            value={draft.if.route ?? ''}
            onChange={(event) => condition({ route: event.currentTarget.value || undefined })}
          />
          <Checkbox.Group
            label="Then"
            value={draft.then.actions}
            onChange={(ids) => setDraft({ ...draft, then: { actions: ids } })}
          >
            <Stack gap="xs" mt="xs">
              {catalog.ruleActions[projectType].map(({ action, allowed, why }) => (
                <DisabledReason key={action} why={allowed ? null : (why ?? 'Not allowed')}>
                  <Checkbox
                    value={action}
                    disabled={!allowed}
                    label={catalog.actions.find(({ id }) => id === action)?.title ?? action}
                    description={allowed ? undefined : why}
                  />
                </DisabledReason>
              ))}
            </Stack>
          </Checkbox.Group>
          <Switch
            label="Shadow: only count what it would have done"
            checked={draft.mode === 'shadow'}
            onChange={(event) => setDraft({ ...draft, mode: event.currentTarget.checked ? 'shadow' : 'enforce' })}
          />
          <TextInput
            label="Expires"
            type="datetime-local"
            value={draft.expiresAt === null ? '' : toLocal(draft.expiresAt)}
            onChange={(event) =>
              setDraft({
                ...draft,
                expiresAt: event.currentTarget.value === '' ? null : new Date(event.currentTarget.value).toISOString(),
              })
            }
          />
          <TextInput
            label="Note"
            maxLength={500}
            value={draft.note}
            onChange={(event) => setDraft({ ...draft, note: event.currentTarget.value })}
          />
          {saving.error ? <ErrorState error={saving.error} /> : null}
          {conflict ? (
            <Button
              variant="default"
              onClick={() => {
                reload()
                close()
              }}
            >
              Reload the rules
            </Button>
          ) : null}
          {draft.then.actions.length === 0 ? <Text size="sm">Choose at least one action.</Text> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              Cancel
            </Button>
            <Button type="submit" loading={saving.isPending} disabled={draft.then.actions.length === 0}>
              Save rule
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}

function toLocal(iso: string): string {
  const time = new Date(iso)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function protectionLabel({ title, available, onByDefault }: ProtectionInfo): string {
  if (!available) return `${title} (not in this version)`
  return onByDefault ? title : `${title} (off until a rule names it)`
}
