import { Badge, Button, Group, Stack, Switch, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { RuleDraft, RuleWithEffect } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { call, pathOf } from '../../api/client.ts'
import { queries, queryClient } from '../../api/query.ts'
import { replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { emptyDraft, RuleForm } from './rule-form.tsx'

const draftOf = ({ enabled, mode, if: when, then, expiresAt, note }: RuleWithEffect): RuleDraft => ({
  enabled,
  mode,
  if: when,
  then,
  expiresAt,
  note,
})

export function WorkflowPage() {
  const { projectId } = useParams({ from: '/framed/projects/$projectId/workflow' })
  const { add } = useSearch({ strict: false })
  const rules = useQuery(queries.rules(projectId))
  const revisions = useQuery(queries.revisions(projectId)).data?.items ?? []
  const catalog = useQuery(queries.catalog()).data
  const project = useQuery(queries.projects()).data?.items.find(({ id }) => id === projectId)
  const [editing, setEditing] = useState<{ rule: RuleWithEffect | null; revision: number } | null>(null)
  const reload = (): void => {
    void queryClient.invalidateQueries({ queryKey: ['rules', projectId] })
    void queryClient.invalidateQueries({ queryKey: ['revisions', projectId] })
  }
  const put = (rule: RuleWithEffect, draft: RuleDraft, revision: number) =>
    call('updateRule', { params: { projectId, ruleId: rule.id }, body: { rule: draft, revision } }).then(reload)
  const restore = useMutation({
    mutationFn: (rule: RuleWithEffect) => call('restoreRule', { params: { projectId, ruleId: rule.id } }),
    onSuccess: reload,
  })
  const remove = useMutation({
    mutationFn: (rule: RuleWithEffect) => call('deleteRule', { params: { projectId, ruleId: rule.id } }),
    onSuccess: (_, rule) => {
      reload()
      const id = notifications.show({
        title: 'Rule deleted',
        autoClose: 10_000,
        message: (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              restore.mutate(rule)
              notifications.hide(id)
            }}
          >
            Undo
          </Button>
        ),
      })
    },
  })
  const toggle = useMutation({
    mutationFn: ({ rule, enabled }: { rule: RuleWithEffect; enabled: boolean }) =>
      put(rule, { ...draftOf(rule), enabled }, rules.data?.revision ?? 0),
    onSettled: reload,
  })
  if (rules.error) return <ErrorState error={rules.error} retry={() => void rules.refetch()} />
  const list = rules.data
  if (!list || !catalog || !project) return null
  const open = editing ?? (add === undefined ? null : { rule: null, revision: list.revision })
  const close = (): void => {
    setEditing(null)
    if (add !== undefined) replace(paths.workflow(projectId))
  }
  const failed = remove.error ?? restore.error ?? toggle.error
  return (
    <Stack>
      <PageHeader
        title="Workflow"
        context={
          <span role="status">
            {list.rollout.upToDate} of {list.rollout.connected} instances on revision {list.revision}
          </span>
        }
        actions={
          <>
            <Button size="xs" aria-label="Add rule" onClick={() => setEditing({ rule: null, revision: list.revision })}>
              + Add Rule
            </Button>
            <Button component="a" size="xs" variant="default" href={pathOf('exportConfig', { projectId })} download>
              Export config
            </Button>
            <DisabledReason why="Not in this version">
              <Button size="xs" variant="default" disabled>
                Advanced Config
              </Button>
            </DisabledReason>
          </>
        }
      />
      {failed ? <ErrorState error={failed} retry={reload} /> : null}
      <Stack component="ul" aria-label="Rules" className="panel" gap={0} p={0} m={0} style={{ listStyle: 'none' }}>
        {list.rules.length === 0 ? (
          <li>
            <EmptyState title="No rules yet">
              Each protection does what it ships with. Add a rule to change that in every running app at once.
            </EmptyState>
          </li>
        ) : null}
        {list.rules.map((rule) => (
          <Group component="li" key={rule.id} p="sm" wrap="nowrap" style={{ borderBottom: '1px solid var(--line)' }}>
            <Switch
              aria-label={`Enabled: ${rule.sentence}`}
              checked={rule.enabled}
              onChange={(event) => toggle.mutate({ rule, enabled: event.currentTarget.checked })}
            />
            <Stack gap={2} style={{ flex: 1, minWidth: 0 }}>
              <Text size="sm" className="sentence">
                {rule.sentence}{' '}
                {rule.mode === 'shadow' ? (
                  <Badge size="sm" variant="outline" color="gray" tt="none">
                    Shadow
                  </Badge>
                ) : null}
              </Text>
              <Text size="xs" className="quiet" component="div">
                Last 24 h: {rule.lastDay.matched} matched, {rule.lastDay.blocked} blocked · changed{' '}
                <RelativeTime at={rule.updatedAt} />
                {rule.updatedBy ? ` by ${rule.updatedBy}` : ''}
                {rule.note ? ` · ${rule.note}` : ''}
                {rule.expiresAt ? (
                  <>
                    {' '}
                    · ends <RelativeTime at={rule.expiresAt} />
                  </>
                ) : null}
              </Text>
            </Stack>
            <Button
              size="xs"
              variant="default"
              aria-label={`Edit rule: ${rule.sentence}`}
              onClick={() => setEditing({ rule, revision: list.revision })}
            >
              Edit
            </Button>
            <Button
              size="xs"
              variant="subtle"
              color="red"
              aria-label={`Delete rule: ${rule.sentence}`}
              onClick={() =>
                confirm({
                  title: 'Delete rule',
                  body: `${rule.sentence} It stops in ${list.rollout.connected} connected instances at once. You can undo it.`,
                  act: 'Delete rule',
                  run: () => remove.mutate(rule),
                })
              }
            >
              Delete
            </Button>
          </Group>
        ))}
      </Stack>
      <Title order={2}>Revisions</Title>
      <Stack component="ul" aria-label="Revisions" className="panel" gap={0} p="sm" m={0} style={{ listStyle: 'none' }}>
        {revisions.map((revision) => (
          <Text component="li" size="sm" key={revision.revision}>
            <b>{revision.revision}</b> {revision.summary}{' '}
            <span className="quiet">
              {revision.author} · <RelativeTime at={revision.at} />
            </span>
          </Text>
        ))}
      </Stack>
      {open ? (
        <RuleForm
          key={open.rule?.id ?? 'new'}
          title={open.rule ? 'Edit rule' : 'Add rule'}
          start={open.rule ? draftOf(open.rule) : emptyDraft(add)}
          catalog={catalog}
          projectType={project.type}
          close={close}
          reload={reload}
          save={(draft) =>
            open.rule
              ? put(open.rule, draft, open.revision)
              : call('createRule', { params: { projectId }, body: { rule: draft, revision: open.revision } }).then(
                  reload,
                )
          }
        />
      ) : null}
    </Stack>
  )
}
