import { Alert, Button, Drawer, Group, NumberInput, Select, Stack, Switch, Text, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { ResponseActionInfo } from '@riposte/contract'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { ApiError, call } from '../../api/client.ts'
import { responseQueries, scriptQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { respondStore, type RespondStart, type Target } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { placeErrors, readDraft, readFields, startDraft, type Draft } from '../../schema-form/fields.ts'
import { SchemaForm } from '../../schema-form/schema-form.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { nameSome } from '../../ui/words.ts'
import { PreviewPanel } from './preview-panel.tsx'
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

const kindsOf = (action: ResponseActionInfo | undefined): Target['kind'][] => {
  if (!action || action.targets === 'device_or_person') return ['device', 'person']
  return [action.targets]
}

interface Form {
  readonly type: string | null
  readonly targets: readonly Target[]
  readonly draft: Draft
  readonly justification: string
  readonly ttlMinutes: string
  readonly emergency: boolean
  readonly emergencyReason: string
}

function RespondForm({ start, actions }: { start: RespondStart; actions: readonly ResponseActionInfo[] }) {
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
  const [tried, setTried] = useState(false)
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
  const known = useScriptChoices(action?.id === 'run_script')
  const changed = form.justification !== '' || tried
  const leave = (): void => {
    if (!changed) return respondStore.close()
    confirm({
      title: 'Discard this request',
      body: 'What you filled in is not sent.',
      act: 'Discard request',
      run: respondStore.close,
    })
  }
  const why = missing({ action, form, mistakes, emergency, nobody: preview.data?.affected.length === 0 })
  const act = `${action?.verb ?? 'Respond on'} ${nameSome(form.targets.map(({ name }) => name))}`
  return (
    <Drawer opened onClose={leave} title="Respond" position="right" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
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
          <TargetSelect
            kinds={kindsOf(action)}
            targets={form.targets}
            set={(targets) => change({ targets })}
            mistake={tried && form.targets.length === 0 ? 'Choose at least one' : undefined}
          />
          <SchemaForm
            fields={fields}
            draft={form.draft}
            change={(draft) => change({ draft: withScriptVersion(draft, form.draft, known.versions) })}
            mistakes={{ ...placed.at, ...(tried ? mistakes : {}) }}
            {...(known.choices ? { known: known.choices } : {})}
          />
          <Textarea
            label="Justification"
            description="Why: whoever approves it reads this, and so does the audit log"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            error={tried && form.justification.trim().length < 3 ? 'At least three letters' : undefined}
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
          <Emergency action={action} form={form} change={change} tried={tried} />
          {preview.data && ready ? <PreviewPanel preview={preview.data} emergency={emergency} /> : null}
          {refusal ? <ErrorState error={refusal} /> : null}
          {placed.rest.map((sentence) => (
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

function missing(facts: {
  action: ResponseActionInfo | undefined
  form: Form
  mistakes: Readonly<Record<string, string>>
  emergency: boolean
  nobody: boolean
}): string | null {
  const { action, form, mistakes, emergency } = facts
  if (!action) return 'Choose an action first'
  if (form.targets.length === 0) return 'Choose at least one target'
  const [mistake] = Object.values(mistakes)
  if (mistake !== undefined) return mistake
  if (facts.nobody) return 'Every target is left out: the preview says why'
  if (form.justification.trim().length < 3) return 'Write a justification of at least three letters'
  if (emergency && form.emergencyReason.trim().length < 3) return 'An emergency needs its own reason'
  return null
}

function ActionSelect(props: {
  actions: readonly ResponseActionInfo[]
  action: ResponseActionInfo | undefined
  choose: (action: ResponseActionInfo) => void
}) {
  const { actions, action, choose } = props
  const mayRelease = useWhyNot('response.release')
  return (
    <Select
      label="Action"
      required
      searchable
      allowDeselect={false}
      data={actions.map(({ id, title, release }) => ({
        value: id,
        label: release && mayRelease !== null ? `${title} (your role may not)` : title,
        disabled: release && mayRelease !== null,
      }))}
      value={action?.id ?? null}
      description={action?.summary}
      onChange={(id) => {
        const next = actions.find((one) => one.id === id)
        if (next) choose(next)
      }}
    />
  )
}

function Emergency(props: {
  action: ResponseActionInfo | undefined
  form: Form
  change: (part: Partial<Form>) => void
  tried: boolean
}) {
  const { action, form, change, tried } = props
  const whyNot = useWhyNot('response.emergency')
  if (!action || action.approvers === 0 || whyNot !== null) return null
  return (
    <Alert color="red" variant={form.emergency ? 'filled' : 'outline'} title="Emergency" role="group">
      <Stack gap="xs">
        <Switch
          label="Run now, without approval"
          description={
            form.emergency ? 'Everybody is told. A second person must review it within 24 hours.' : undefined
          }
          styles={{ description: { color: 'inherit' }, label: { color: 'inherit' } }}
          checked={form.emergency}
          onChange={(event) => change({ emergency: event.currentTarget.checked })}
        />
        {form.emergency ? (
          <Textarea
            label="Why it cannot wait"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            styles={{ label: { color: 'inherit' }, required: { color: 'inherit' } }}
            error={tried && form.emergencyReason.trim().length < 3 ? true : undefined}
            value={form.emergencyReason}
            onChange={(event) => change({ emergencyReason: event.currentTarget.value })}
          />
        ) : null}
      </Stack>
    </Alert>
  )
}

/** Names for the ids of scripts and connectors, and the version of each script that may run. */
function useScriptChoices(wanted: boolean) {
  const scripts = useQuery({ ...scriptQueries.all(), enabled: wanted }).data?.items
  const connectors = useQuery({ ...scriptQueries.connectors(), enabled: wanted }).data?.items
  if (!wanted || !scripts) return { choices: undefined, versions: new Map<string, number>() }
  const runnable = scripts.filter((script) => script.runnable !== null && !script.retired)
  return {
    choices: {
      scriptId: runnable.map(({ id, name }) => ({ value: id as string, label: name })),
      ...(connectors ? { connector: connectors.map(({ id, name }) => ({ value: id, label: name })) } : {}),
    },
    versions: new Map(runnable.map(({ id, runnable: version }) => [id as string, version ?? 1])),
  }
}

/** Another script brings its own version. */
function withScriptVersion(next: Draft, before: Draft, versions: ReadonlyMap<string, number>): Draft {
  const version = versions.get(String(next['scriptId']))
  return next['scriptId'] === before['scriptId'] || version === undefined ? next : { ...next, version: String(version) }
}
