import { Button, Group, NumberInput, Stack, Text } from '@mantine/core'
import type { ResponseDetail } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { responseQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { showJson } from '../../ui/diff.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { useKeys } from '../../ui/keyboard.ts'
import { LifecycleRail } from '../../ui/lifecycle-rail.tsx'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { MarkedText } from '../../ui/marked-text.tsx'
import { ErrorState, Facts, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { statusLooks, triggerWord } from '../../ui/words.ts'
import { RequestCard } from './request-card.tsx'
import { Output } from './response-output.tsx'
import { Troubles } from './troubles.tsx'

function store(response: ResponseDetail): void {
  queryClient.setQueryData(responseQueries.one(response.id).queryKey, response)
  void queryClient.invalidateQueries({ queryKey: ['responses'] })
}

export function ResponsePage() {
  const { responseId } = useParams({ from: '/framed/responses/$responseId' })
  const [raw, setRaw] = useState(false)
  const { data: response, error, refetch } = useQuery(responseQueries.one(responseId))
  useKeys({ r: () => setRaw((shown) => !shown) })
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!response) return null
  const { target } = response
  return (
    <Stack>
      <PageHeader
        title={response.sentence}
        context={
          <Group gap="sm">
            <Mark look={statusLooks[response.status]} />
            <Link to={target.kind === 'device' ? paths.device(target.id) : paths.person(target.id)}>{target.name}</Link>
            <span>
              {response.submittedBy.name} <RelativeTime at={response.submittedAt} />
            </span>
            <span className="mono">{response.id}</span>
          </Group>
        }
        actions={<Actions response={response} raw={raw} setRaw={setRaw} />}
      />
      <Troubles response={response} />
      <Section title="Lifecycle">
        <LifecycleRail
          response={{
            ...response,
            requiredApprovals: response.request.requiredApprovals,
            approvalsSoFar: response.request.votes.filter((vote) => vote.counts && vote.decision === 'approve').length,
          }}
        />
      </Section>
      {raw ? (
        <MarkedText label="Raw JSON" text={JSON.stringify(response, null, 2)} span={null} />
      ) : (
        <Body response={response} />
      )}
    </Stack>
  )
}

function Actions(props: { response: ResponseDetail; raw: boolean; setRaw: (raw: boolean) => void }) {
  const { response, raw, setRaw } = props
  const params = { responseId: response.id }
  const cancel = useMutation({
    mutationFn: (reason: string) => call('cancelResponse', { params, body: { reason } }),
    onSuccess: store,
  })
  const verify = useMutation({ mutationFn: () => call('verifyResponse', { params }), onSuccess: store })
  const undo = useMutation({
    mutationFn: (body: { justification: string; suppressMinutes: number }) => call('undoResponse', { params, body }),
    onSuccess: ({ request, responseIds: [first] }) => {
      void queryClient.invalidateQueries({ queryKey: ['response', response.id] })
      go(first ? paths.response(first) : paths.request(request.id))
    },
  })
  const actions = useQuery(responseQueries.actions()).data?.items
  const { may } = response
  const back = actions?.find(({ id }) => id === may.undo.type)?.title ?? 'Undo'
  const failed = cancel.error ?? verify.error ?? undo.error
  const why = (allowed: boolean, reason: string | null): string | null =>
    allowed ? null : (reason ?? 'Not possible in its present state')
  const agentHasIt = response.status === 'executing' || response.leasedAt !== null
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Button size="xs" variant="default" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          Raw JSON
        </Button>
        <DisabledReason why={why(may.verify.allowed, may.verify.why)}>
          <Button
            size="xs"
            variant="default"
            disabled={!may.verify.allowed}
            loading={verify.isPending}
            onClick={() => verify.mutate()}
          >
            Verify again
          </Button>
        </DisabledReason>
        <DisabledReason why={why(may.cancel.allowed, may.cancel.why)}>
          <Button
            size="xs"
            variant="default"
            disabled={!may.cancel.allowed}
            loading={cancel.isPending}
            onClick={() =>
              confirm({
                title: `Cancel: ${response.sentence}`,
                body: agentHasIt
                  ? 'The agent has it already: this asks it to leave it, and its answer decides. If it was applied, its undo is offered here.'
                  : 'It has not begun and will not run.',
                act: 'Cancel this response',
                reason: 'Reason',
                run: (reason) => cancel.mutate(reason),
              })
            }
          >
            Cancel…
          </Button>
        </DisabledReason>
        <DisabledReason why={may.undo.allowed ? null : `${may.undo.why ?? ''} ${may.undo.words}`.trim()}>
          <Button
            size="xs"
            disabled={!may.undo.allowed}
            loading={undo.isPending}
            onClick={() => askUndo(response, back, (body) => undo.mutate(body))}
          >
            {back}…
          </Button>
        </DisabledReason>
      </Group>
      {failed ? <ErrorState error={failed} /> : null}
    </Stack>
  )
}

function askUndo(
  response: ResponseDetail,
  act: string,
  run: (body: { justification: string; suppressMinutes: number }) => void,
): void {
  let suppressMinutes = 1_440
  confirm({
    title: `${act}: ${response.target.name}`,
    body: (
      <Stack gap="xs">
        <span>{response.may.undo.words}</span>
        <NumberInput
          label="Automation leaves it alone for (minutes)"
          min={0}
          max={43_200}
          allowDecimal={false}
          defaultValue={suppressMinutes}
          onChange={(value) => (suppressMinutes = Math.max(0, Math.min(43_200, Number(value) || 0)))}
        />
      </Stack>
    ),
    act,
    reason: 'Justification',
    destroys: false,
    run: (justification) => run({ justification, suppressMinutes }),
  })
}

function Body({ response }: { response: ResponseDetail }) {
  const { request } = response
  const time = (at: string | null) => (at === null ? <span className="quiet">not yet</span> : <RelativeTime at={at} />)
  return (
    <div className="columns">
      <Stack>
        <Output response={response} />
        <Section title="Evidence">
          {response.evidence ? (
            <MarkedText label="Evidence" text={showJson(response.evidence)} span={null} />
          ) : (
            <Text size="sm" className="quiet">
              None yet: it comes with the end of the action.
            </Text>
          )}
          {response.evidenceIds.map((id) => (
            <Link key={id} to={paths.evidenceItem(id)}>
              Collected evidence {id.slice(0, 8)}
            </Link>
          ))}
        </Section>
        <Section title="Verification">
          {response.verification ? (
            <Facts
              rows={[
                ['State', response.verification.state],
                ['Due', time(response.verification.dueAt)],
                ['Looked at', time(response.verification.at)],
                ['Finding', response.verification.detail ?? 'none yet'],
              ]}
            />
          ) : (
            <Text size="sm" className="quiet">
              60 seconds after completion.
            </Text>
          )}
          {response.verificationEvidence ? (
            <MarkedText
              label="Evidence of the verification"
              text={showJson(response.verificationEvidence)}
              span={null}
            />
          ) : null}
        </Section>
        <Section title="What happened">
          <ol className="plain-list" aria-label="Events">
            {response.events.map((event, index) => (
              <Text component="li" size="sm" key={index}>
                <RelativeTime at={event.at} /> <b>{event.kind.replaceAll('_', ' ')}</b> by {event.actor}
                {event.detail === '' ? '' : `: ${event.detail}`}
              </Text>
            ))}
          </ol>
        </Section>
      </Stack>
      <Stack>
        <Section title="Record">
          <Facts
            rows={[
              ['Submitted by', response.submittedBy.name],
              ['Submitted', time(response.submittedAt)],
              ['Justification', response.justification],
              ['Trigger', response.trigger ? triggerWord(response.trigger) : 'by hand'],
              [
                'Approved by',
                response.emergency
                  ? 'emergency: nobody'
                  : response.approvedBy.map(({ name }) => name).join(', ') || 'nobody',
              ],
              ['Approved', request.requiredApprovals === 0 ? 'not needed' : time(response.approvedAt)],
              ['Queued', time(response.queuedAt)],
              ['Fetched by agent', time(response.leasedAt)],
              ['Started', time(response.startedAt)],
              ['Completed', time(response.finishedAt)],
              ['May begin until', time(response.notAfter)],
              ['Parameters', <span className="mono">{JSON.stringify(response.parameters)}</span>],
              ...(response.undoOf
                ? ([
                    ['Undoes', <Link to={paths.response(response.undoOf)}>{response.undoOf.slice(0, 8)}</Link>],
                  ] as const)
                : []),
              ...(response.undoneBy
                ? ([
                    ['Undone by', <Link to={paths.response(response.undoneBy)}>{response.undoneBy.slice(0, 8)}</Link>],
                  ] as const)
                : []),
            ]}
          />
        </Section>
        <RequestCard request={request} />
      </Stack>
    </div>
  )
}
