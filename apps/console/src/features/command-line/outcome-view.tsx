import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { responseQueries } from '../../api/defend-queries.ts'
import { paths } from '../../paths.ts'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import {
  containmentLooks,
  containmentWord,
  onlineLook,
  plural,
  reasonWord,
  statusLooks,
  verificationLooks,
} from '../../ui/words.ts'
import type { Outcome } from './run-line.ts'
import { builtIns, commonFlags, flagFields, flagOf, usageOf, type Verb } from './verbs.ts'

/** What a line came to; responses stay live. */
export function OutcomeView({ outcome, verbs }: { outcome: Outcome; verbs: readonly Verb[] }) {
  switch (outcome.kind) {
    case 'text':
      return <Text size="sm">{outcome.text}</Text>
    case 'mistake':
      return (
        <div role="alert">
          <Mark look={{ word: outcome.message, shape: 'cross', tone: 'bad' }} />
          {outcome.hint === null ? null : (
            <Text size="sm" className="quiet mono">
              {outcome.hint}
            </Text>
          )}
        </div>
      )
    case 'help':
      return <Help verbs={verbs} wanted={outcome.verb} />
    case 'devices':
      return (
        <div>
          <Text size="sm">{plural(outcome.total, 'device')}</Text>
          {outcome.items.map((device) => (
            <Group key={device.id} gap="sm">
              <Link to={paths.device(device.id)}>{device.name}</Link>
              <Mark look={onlineLook(device.online)} />
              <Text size="sm" className="quiet">
                {[
                  device.state === 'active' ? '' : device.state,
                  ...device.containments.map(({ type }) => containmentWord(type)),
                  device.os,
                ]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </Text>
            </Group>
          ))}
        </div>
      )
    case 'requests':
      return outcome.items.length === 0 ? (
        <Text size="sm">Nothing waits for approval.</Text>
      ) : (
        <div>
          {outcome.items.map((request) => (
            <Group key={request.id} gap="sm">
              <Link to={paths.request(request.id)}>{request.id}</Link>
              <Text size="sm">
                {request.sentence} · {request.submittedBy.name} ·{' '}
                {request.mine.mayApprove ? 'you may approve' : request.mine.why}
              </Text>
            </Group>
          ))}
        </div>
      )
    case 'consent':
      return (
        <Stack gap={2}>
          <Text size="sm" fw={600}>
            {outcome.request.sentence}
          </Text>
          <Text size="sm">
            {outcome.request.submittedBy.name}: {outcome.request.justification}
          </Text>
          <Text size="sm" className="mono">
            {JSON.stringify(outcome.request.parameters)}
          </Text>
          {outcome.request.effects.map((effect) => (
            <Text size="sm" key={effect}>
              {effect}
            </Text>
          ))}
          <Text size="sm" className="quiet">
            Press Enter to consent to exactly version {outcome.request.version}, digest{' '}
            {outcome.request.digest.slice(0, 12)}.
          </Text>
        </Stack>
      )
    case 'responses':
      return (
        <div>
          <Text size="sm" fw={600}>
            {outcome.sentence}
          </Text>
          {outcome.left.map((left) => (
            <Text size="sm" key={left}>
              Left out: {left}
            </Text>
          ))}
          {outcome.ids.slice(0, 20).map((id) => (
            <LiveResponse key={id} id={id} />
          ))}
          {outcome.ids.length > 20 ? <Text size="sm">and {outcome.ids.length - 20} more</Text> : null}
        </div>
      )
  }
}

function LiveResponse({ id }: { id: string }) {
  const { data } = useQuery(responseQueries.one(id))
  if (!data) return null
  return (
    <Group gap="sm" role="status">
      <Link to={paths.response(id)}>{data.target.name}</Link>
      <Mark look={statusLooks[data.status]} />
      {data.reason ? <Text size="sm">{data.detail ?? reasonWord(data.reason)}</Text> : null}
      {data.verification ? (
        <Mark
          look={{ ...verificationLooks[data.verification.state], word: `verification ${data.verification.state}` }}
        />
      ) : null}
      {data.containment ? <Mark look={containmentLooks[data.containment.state]} /> : null}
      <Text size="sm" className="quiet" component="div">
        <RelativeTime at={data.finishedAt ?? data.startedAt ?? data.submittedAt} />
      </Text>
    </Group>
  )
}

function Help({ verbs, wanted }: { verbs: readonly Verb[]; wanted: string | null }) {
  const verb = verbs.find((one) => one.verb === wanted)
  if (verb)
    return (
      <Stack gap={2}>
        <Text size="sm" className="mono">
          {usageOf(verb)}
        </Text>
        <Text size="sm">{verb.action.summary}</Text>
        <dl className="facts">
          {flagFields(verb).map((field) => [
            <dt key={field.name} className="mono">
              --{flagOf(field.name)}
            </dt>,
            <dd key={`${field.name} words`}>
              {field.title}
              {field.kind === 'choice' ? `: ${field.choices.join(', ')}` : ''}
            </dd>,
          ])}
          {Object.entries(commonFlags).map(([name, words]) => [
            <dt key={name} className="mono">
              --{name}
            </dt>,
            <dd key={`${name} words`}>{words}</dd>,
          ])}
        </dl>
      </Stack>
    )
  return (
    <dl className="facts">
      {[
        ...verbs.map((one) => [usageOf(one), one.action.summary] as const),
        ...builtIns.map(({ usage, summary }) => [usage, summary] as const),
      ].map(([usage, summary]) => [
        <dt key={usage} className="mono">
          {usage}
        </dt>,
        <dd key={`${usage} words`}>{summary}</dd>,
      ])}
    </dl>
  )
}
