import { Alert, Select, Stack, Switch, Textarea } from '@mantine/core'
import type { ResponseActionInfo } from '@riposte/contract'
import { useQuery } from '@tanstack/react-query'
import { scriptQueries } from '../../api/defend-queries.ts'
import type { Target } from '../../frame/respond.ts'
import type { Draft } from '../../schema-form/fields.ts'
import { useWhyNot } from '../../ui/use-may.ts'

export const kindsOf = (action: ResponseActionInfo | undefined): Target['kind'][] => {
  if (!action || action.targets === 'device_or_person') return ['device', 'person']
  return [action.targets]
}

/** What is filled in so far. */
export interface Form {
  readonly type: string | null
  readonly targets: readonly Target[]
  readonly draft: Draft
  readonly justification: string
  readonly ttlMinutes: string
  readonly emergency: boolean
  readonly emergencyReason: string
}

/** Of a reason that somebody began to write. */
export const tooShort = (text: string): string | undefined =>
  text !== '' && text.trim().length < 3 ? 'At least three letters' : undefined

/** Why it cannot be sent yet. */
export function missing(facts: {
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

export function ActionSelect(props: {
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

export function Emergency(props: {
  action: ResponseActionInfo | undefined
  form: Form
  change: (part: Partial<Form>) => void
}) {
  const { action, form, change } = props
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
            error={tooShort(form.emergencyReason)}
            value={form.emergencyReason}
            onChange={(event) => change({ emergencyReason: event.currentTarget.value })}
          />
        ) : null}
      </Stack>
    </Alert>
  )
}

/** Names for the ids of scripts and connectors, and the version of each script that may run. */
export function useScriptChoices(wanted: boolean) {
  const scripts = useQuery({ ...scriptQueries.all(), enabled: wanted }).data?.items
  const connectors = useQuery({ ...scriptQueries.connectors(), enabled: wanted }).data?.items
  if (!wanted || !scripts) return { choices: undefined, versions: new Map<string, number>() }
  const runnable = scripts.filter((script) => script.runnable !== null && !script.retired)
  return {
    choices: {
      scriptId: runnable.map(({ id, name }) => ({ value: id, label: name })),
      ...(connectors ? { connector: connectors.map(({ id, name }) => ({ value: id, label: name })) } : {}),
    },
    versions: new Map<string, number>(runnable.map(({ id, runnable: version }) => [id, version ?? 1])),
  }
}

/** Another script brings its own version. */
export function withScriptVersion(next: Draft, before: Draft, versions: ReadonlyMap<string, number>): Draft {
  const version = versions.get(String(next['scriptId']))
  return next['scriptId'] === before['scriptId'] || version === undefined ? next : { ...next, version: String(version) }
}
