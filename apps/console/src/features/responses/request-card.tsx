import { Alert, Button, Code, Group, Stack, Text, Title } from '@mantine/core'
import type { ResponseRequest } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call } from '../../api/client.ts'
import { queries, queryClient } from '../../api/query.ts'
import { responseQueries } from '../../api/defend-queries.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { Diff, showJson } from '../../ui/diff.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { ErrorState, Facts } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { onlineLook, plural, statusLooks, triggerWord } from '../../ui/words.ts'
import { EditRequest } from './edit-request.tsx'

/** Where a request stands, from its votes and its responses. */
export type RequestStage = 'waiting' | 'review' | 'decided'
export function stageOf(request: ResponseRequest): RequestStage {
  if ((request.counts['pending_approval'] ?? 0) > 0) return 'waiting'
  return request.emergency !== null && request.emergency.reviewedAt === null ? 'review' : 'decided'
}

function store(request: ResponseRequest): void {
  queryClient.setQueryData(responseQueries.request(request.id).queryKey, request)
  for (const key of ['requests', 'responses', 'response', 'responses-of', 'devices', 'device'])
    void queryClient.invalidateQueries({ queryKey: [key] })
}

/** One request: who asks, for what, on whom, why, exactly what would run, and what I may do about it. */
export function RequestCard({ request, linked = true }: { request: ResponseRequest; linked?: boolean }) {
  const stage = stageOf(request)
  return (
    <Stack component="article" className="panel" p="md" gap="sm" aria-label={request.sentence}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={2}>
          <Title order={2}>
            {linked ? <Link to={paths.request(request.id)}>{request.sentence}</Link> : request.sentence}
          </Title>
          <Text size="sm" className="quiet" component="div">
            <b>{request.submittedBy.name}</b> asks <RelativeTime at={request.submittedAt} /> by {request.via}
            {request.trigger ? `, because of ${triggerWord(request.trigger)}` : ''}
          </Text>
        </Stack>
        <Deadline request={request} stage={stage} />
      </Group>
      {request.emergency ? <EmergencyNote emergency={request.emergency} /> : null}
      <Facts rows={subjectRows(request)} />
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          What it does, and what breaks if it is wrong
        </Text>
        <ul className="bullets">
          {request.effects.map((effect) => (
            <Text component="li" size="sm" key={effect}>
              {effect}
            </Text>
          ))}
        </ul>
      </Stack>
      <Exactly request={request} />
      <Edits request={request} />
      <Votes request={request} />
      <Decide request={request} stage={stage} />
    </Stack>
  )
}

function Deadline({ request, stage }: { request: ResponseRequest; stage: RequestStage }) {
  const end =
    stage === 'waiting' ? request.approvalExpiresAt : stage === 'review' ? (request.emergency?.reviewBy ?? null) : null
  if (end === null) return null
  return (
    <Text size="sm" fw={600} component="div">
      {stage === 'waiting' ? 'Counts as rejected ' : 'Review due '}
      <RelativeTime at={end} />
    </Text>
  )
}

const EmergencyNote = ({ emergency }: { emergency: NonNullable<ResponseRequest['emergency']> }) => (
  <Alert color="red" variant="outline" title="Emergency: this ran without approval">
    <Text size="sm" component="div">
      {emergency.reason}
      {emergency.reviewedBy ? (
        <>
          {' '}
          Reviewed by {emergency.reviewedBy.name}
          {emergency.reviewedAt ? (
            <>
              {' '}
              <RelativeTime at={emergency.reviewedAt} />
            </>
          ) : null}
          : {emergency.note}
        </>
      ) : null}
    </Text>
  </Alert>
)

function subjectRows(request: ResponseRequest): (readonly [string, ReactNode])[] {
  const more = request.targetCount - request.targets.length
  return [
    ['Why', request.justification],
    [
      request.targetCount === 1 ? 'On' : `On ${request.targetCount}`,
      <Group gap="sm" key="targets">
        {request.targets.map(({ kind, id, name, online }) => (
          <span key={id}>
            <Link to={kind === 'device' ? paths.device(id) : paths.person(id)}>{name}</Link>{' '}
            {online === null ? null : <Mark look={onlineLook(online)} />}
          </span>
        ))}
        {more > 0 ? <span>and {more} more</span> : null}
      </Group>,
    ],
    [
      'May begin until',
      <span key="not-after">
        {new Date(request.notAfter).toLocaleString()} (<RelativeTime at={request.notAfter} />)
      </span>,
    ],
    [
      'Responses',
      Object.entries(statusLooks)
        .filter(([status]) => (request.counts[status] ?? 0) > 0)
        .map(([status, look]) => `${request.counts[status] ?? 0} ${look.word.toLowerCase()}`)
        .join(', ') || 'none',
    ],
  ]
}

/** What consent covers, byte for byte: its digest is what a vote names. */
const Exactly = ({ request }: { request: ResponseRequest }) => (
  <details>
    <summary>Exactly this: parameters, version {request.version}, digest</summary>
    <Stack gap={6} mt={6}>
      <Code block tabIndex={0} aria-label="Parameters">
        {showJson(request.parameters)}
      </Code>
      <Facts
        rows={[
          ['Type', <span className="mono">{request.type}</span>],
          ['Version', request.version],
          ['Digest', <span className="mono">{request.digest}</span>],
          ...(request.scriptSha256 === null
            ? []
            : ([['Script', <span className="mono">{request.scriptSha256}</span>]] as const)),
          ['Not after', <span className="mono">{request.notAfter}</span>],
          ['Request', <span className="mono">{request.id}</span>],
        ]}
      />
    </Stack>
  </details>
)

/** What was asked before it was edited, against what is asked now. */
function Edits({ request }: { request: ResponseRequest }) {
  const last = request.edits.at(-1)
  if (!last) return null
  return (
    <details open>
      <summary>
        Edited {plural(request.edits.length, 'time')}: every earlier vote is void. Version {last.version} against
        version {request.version}
      </summary>
      <Diff
        label={`Version ${last.version} against version ${request.version}`}
        before={showJson({ parameters: last.parameters, justification: last.justification })}
        after={showJson({ parameters: request.parameters, justification: request.justification })}
      />
    </details>
  )
}

const Votes = ({ request }: { request: ResponseRequest }) =>
  request.votes.length === 0 ? null : (
    <ul className="plain-list" aria-label="Votes">
      {request.votes.map((vote) => (
        <Text component="li" size="sm" key={`${vote.member.id} ${vote.at}`}>
          <Mark
            look={
              vote.decision === 'approve'
                ? { word: 'Approved', shape: 'check', tone: vote.counts ? 'good' : 'quiet' }
                : { word: 'Rejected', shape: 'cross', tone: vote.counts ? 'bad' : 'quiet' }
            }
          />{' '}
          by {vote.member.name} <RelativeTime at={vote.at} />
          {vote.reason === '' ? '' : `: ${vote.reason}`}
          {vote.counts ? '' : ` (void: version ${vote.version} was edited)`}
        </Text>
      ))}
    </ul>
  )

function Decide({ request, stage }: { request: ResponseRequest; stage: RequestStage }) {
  const mayNotSubmit = useWhyNot('response.submit')
  const me = useQuery(queries.me()).data
  const [editing, setEditing] = useState(false)
  const seen = { version: request.version, digest: request.digest }
  const params = { requestId: request.id }
  const decide = useMutation({
    mutationFn: ({ act, reason }: { act: 'approve' | 'reject' | 'cancel' | 'review'; reason: string }) => {
      switch (act) {
        case 'approve':
          return call('approveRequest', { params, body: { ...seen, reason } })
        case 'reject':
          return call('rejectRequest', { params, body: { ...seen, reason } })
        case 'cancel':
          return call('cancelRequest', { params, body: { reason } })
        case 'review':
          return call('reviewRequest', { params, body: { note: reason } })
      }
    },
    onSuccess: store,
    onError: () => void queryClient.invalidateQueries({ queryKey: ['requests'] }),
  })
  const { mayApprove, why } = request.mine
  const whyNot = mayApprove ? null : (why ?? 'You may not vote on this')
  const open = (request.counts['pending_approval'] ?? 0) + (request.counts['queued'] ?? 0)
  const ask = (act: 'reject' | 'cancel' | 'review', title: string, body: string, label: string): void =>
    confirm({
      title: `${title}: ${request.sentence}`,
      body,
      act: label,
      reason: act === 'review' ? 'What you found' : 'Reason',
      destroys: act !== 'review',
      run: (reason) => decide.mutate({ act, reason }),
    })
  return (
    <Stack gap="xs">
      {decide.error ? <ErrorState error={decide.error} /> : null}
      {stage !== 'decided' && whyNot !== null ? (
        <Text size="sm" className="quiet">
          {whyNot}
        </Text>
      ) : null}
      <Group gap="xs">
        {stage === 'waiting' ? (
          <>
            <DisabledReason why={whyNot}>
              <Button
                disabled={!mayApprove}
                loading={decide.isPending}
                onClick={() =>
                  confirm({
                    title: `Approve: ${request.sentence}`,
                    body: `You consent to exactly version ${request.version}, digest ${request.digest.slice(0, 12)}…, on ${plural(request.targetCount, 'target')}. ${request.effects[0] ?? ''}`,
                    act: `Approve: ${request.title}`,
                    destroys: false,
                    run: () => decide.mutate({ act: 'approve', reason: '' }),
                  })
                }
              >
                Approve…
              </Button>
            </DisabledReason>
            <DisabledReason why={whyNot}>
              <Button
                variant="default"
                disabled={!mayApprove}
                onClick={() =>
                  ask(
                    'reject',
                    'Reject',
                    'One refusal is enough: nothing of it runs. Whoever asked may ask again.',
                    'Reject it',
                  )
                }
              >
                Reject…
              </Button>
            </DisabledReason>
          </>
        ) : null}
        {stage === 'review' ? (
          <DisabledReason why={whyNot}>
            <Button
              disabled={!mayApprove}
              loading={decide.isPending}
              onClick={() =>
                ask(
                  'review',
                  'Review',
                  'You say that you looked at what ran and why. It stays in the audit log.',
                  'I have reviewed it',
                )
              }
            >
              Review…
            </Button>
          </DisabledReason>
        ) : null}
        {open > 0 ? (
          <DisabledReason why={mayNotSubmit}>
            <Button
              variant="subtle"
              color="red"
              disabled={mayNotSubmit !== null}
              onClick={() =>
                ask(
                  'cancel',
                  'Withdraw',
                  `${plural(open, 'response')} that did not begin yet will not run. What an agent has begun is asked to stop; its answer decides.`,
                  'Withdraw it',
                )
              }
            >
              Withdraw…
            </Button>
          </DisabledReason>
        ) : null}
        {me?.id === request.submittedBy.id && stage === 'waiting' ? (
          <Button variant="default" disabled={mayNotSubmit !== null} onClick={() => setEditing(true)}>
            Edit…
          </Button>
        ) : null}
      </Group>
      {editing ? <EditRequest request={request} store={store} close={() => setEditing(false)} /> : null}
    </Stack>
  )
}
