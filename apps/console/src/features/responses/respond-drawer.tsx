import { Button, Drawer, Group, NumberInput, Stack, Text, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { ResponseActionInfo } from '@riposte/contract'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { responseQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { respondStore, type RespondStart } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { placeErrors, readDraft, readFields, startDraft } from '../../schema-form/fields.ts'
import { SchemaForm } from '../../schema-form/schema-form.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { nameSome } from '../../ui/words.ts'
import { PreviewPanel } from './preview-panel.tsx'
import {
  ActionSelect,
  Emergency,
  kindsOf,
  missing,
  tooShort,
  useScriptChoices,
  withScriptVersion,
  type Form,
} from './respond-parts.tsx'
import { TargetSelect } from './target-select.tsx'

export function RespondDrawer() {
  const asked = respondStore.use()
  const actions = useQuery({ ...responseQueries.actions(), enabled: asked !== null }).data?.items
  if (asked === null) return null
  const kinds = new Set(asked.targets.map(({ kind }) => kind))
  const fitting = actions?.filter(
    ({ targets }) => targets === 'device_or_person' || [...kinds].every((kind) => kind === targets),
  )
  return (
    <RespondForm
      key={JSON.stringify([asked.type, asked.targets.map(({ id }) => id), actions === undefined])}
      start={asked}
      actions={fitting ?? []}
    />
  )
}

/** What is filled in, what it would do, and how it is sent. */
function useRespond(start: RespondStart, actions: readonly ResponseActionInfo[]) {
  const first = actions.find(({ id }) => id === start.type)
  const [form, setForm] = useState<Form>({
    type: first?.id ?? null,
    targets: start.targets,
    draft: startDraft(first ? readFields(first.parameters) : [], start.parameters),
    justification: '',
    ttlMinutes: '',
    emergency: false,
    emergencyReason: '',
  })
  const [idempotencyKey] = useState(() => crypto.randomUUID())
  const action = actions.find(({ id }) => id === form.type)
  const fields = useMemo(() => (action ? readFields(action.parameters) : []), [action])
  const { parameters, mistakes } = readDraft(fields, form.draft)
  const change = (part: Partial<Form>): void => setForm({ ...form, ...part })
  const ready = action !== undefined && form.targets.length > 0 && Object.keys(mistakes).length === 0
  const emergency = form.emergency && (action?.approvers ?? 0) > 0
  const body = {
    type: form.type ?? '',
    deviceIds: form.targets.filter(({ kind }) => kind === 'device').map(({ id }) => id),
    personIds: form.targets.filter(({ kind }) => kind === 'person').map(({ id }) => id),
    parameters,
    trigger: start.trigger ?? null,
    ...(form.ttlMinutes === '' ? {} : { ttlMinutes: Number(form.ttlMinutes) }),
  }
  const [asked] = useDebouncedValue(ready ? JSON.stringify(body) : '', 250)
  const preview = useQuery({
    queryKey: ['preview', asked],
    queryFn: ({ signal }) => call('previewResponse', { body: JSON.parse(asked) as typeof body }, signal),
    enabled: asked !== '',
    staleTime: 2_000,
    retry: false,
  })
  const submit = useMutation({
    mutationFn: () =>
      call('submitResponse', {
        body: {
          ...body,
          justification: form.justification.trim(),
          emergency: emergency ? { reason: form.emergencyReason.trim() } : null,
          idempotencyKey,
        },
      }),
    onSuccess: ({ request, responseIds, refused }) => {
      for (const key of ['responses', 'requests', 'devices', 'device', 'responses-of', 'people', 'person'])
        void queryClient.invalidateQueries({ queryKey: [key] })
      notifications.show({
        title: request.sentence,
        message: `${request.requiredApprovals > 0 && request.emergency === null ? 'Waits for approval' : 'On its way'}${refused.length > 0 ? `; ${refused.length} left out` : ''}`,
      })
      respondStore.close()
      const [only] = responseIds
      go(responseIds.length === 1 && only ? paths.response(only) : paths.request(request.id))
    },
  })
  const refusal = submit.error ?? preview.error
  const placed = placeErrors(
    refusal instanceof ApiError ? refusal.errors : undefined,
    fields.map(({ name }) => name),
  )
  const untouched = startDraft(fields, start.parameters)
  const touched = Object.entries(mistakes).filter(([name]) => form.draft[name] !== untouched[name])
  return {
    form,
    change,
    action,
    fields,
    mistakes,
    emergency,
    preview: ready ? preview.data : undefined,
    submit,
    refusal,
    rest: placed.rest,
    /** What is wrong where somebody typed, and what the server said. */
    shown: { ...placed.at, ...Object.fromEntries(touched) },
  }
}

function RespondForm({ start, actions }: { start: RespondStart; actions: readonly ResponseActionInfo[] }) {
  const { form, change, action, fields, mistakes, emergency, preview, submit, refusal, rest, shown } = useRespond(
    start,
    actions,
  )
  const known = useScriptChoices(action?.id === 'run_script')
  const leave = (): void => {
    if (form.justification === '') respondStore.close()
    else
      confirm({
        title: 'Discard this request',
        body: 'What you filled in is not sent.',
        act: 'Discard request',
        run: respondStore.close,
      })
  }
  const why = missing({ action, form, mistakes, emergency, nobody: preview?.affected.length === 0 })
  const act = `${action?.verb ?? 'Respond on'} ${nameSome(form.targets.map(({ name }) => name))}`
  return (
    <Drawer opened onClose={leave} title="Respond" position="right" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (why === null) submit.mutate()
        }}
      >
        <Stack>
          <ActionSelect
            actions={actions}
            action={action}
            choose={(next) =>
              change({
                type: next.id,
                draft: startDraft(readFields(next.parameters), start.parameters),
                targets: form.targets.filter(({ kind }) => kindsOf(next).includes(kind)),
              })
            }
          />
          <TargetSelect kinds={kindsOf(action)} targets={form.targets} set={(targets) => change({ targets })} />
          <SchemaForm
            fields={fields}
            draft={form.draft}
            change={(draft) => change({ draft: withScriptVersion(draft, form.draft, known.versions) })}
            mistakes={shown}
            {...(known.choices ? { known: known.choices } : {})}
          />
          <Textarea
            label="Justification"
            description="Why: whoever approves it reads this, and so does the audit log"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            error={tooShort(form.justification)}
            value={form.justification}
            onChange={(event) => change({ justification: event.currentTarget.value })}
          />
          {action ? (
            <NumberInput
              label="May begin within (minutes)"
              description={`An offline device acts only if it is back by then; at most and normally ${action.ttlMinutes}`}
              min={1}
              max={action.ttlMinutes}
              allowDecimal={false}
              value={form.ttlMinutes}
              onChange={(value) => change({ ttlMinutes: String(value) })}
            />
          ) : null}
          <Emergency action={action} form={form} change={change} />
          {preview ? <PreviewPanel preview={preview} emergency={emergency} /> : null}
          {refusal ? <ErrorState error={refusal} /> : null}
          {rest.map((sentence) => (
            <Text key={sentence} size="sm">
              {sentence}
            </Text>
          ))}
          {action ? (
            <Text size="sm" className="quiet">
              To take it back: {action.undo.words}
            </Text>
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              Cancel
            </Button>
            <DisabledReason why={why}>
              <Button
                type="submit"
                loading={submit.isPending}
                disabled={why !== null}
                {...(action?.destructive === true || emergency ? { color: 'red' } : {})}
              >
                {emergency ? `Emergency: ${act}` : act}
              </Button>
            </DisabledReason>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
