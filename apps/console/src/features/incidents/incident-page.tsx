import { Button, CopyButton, Select, Stack, Text, Title } from '@mantine/core'
import type { IncidentState } from '@riposte/contract'
import { incidentStates } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { queries, queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { ActionChips, stateWord } from '../../ui/chips.tsx'
import { useKeys } from '../../ui/keyboard.ts'
import { MarkedText } from '../../ui/marked-text.tsx'
import { ErrorState, Facts, PageHeader } from '../../ui/page.tsx'
import { Prose } from '../../ui/prose.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SeverityLabel } from '../../ui/severity.tsx'

const Section = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Stack component="section" className="panel" p="md" gap="sm" aria-label={title}>
    <Title order={2}>{title}</Title>
    {children}
  </Stack>
)

export function IncidentPage() {
  const { incidentId } = useParams({ from: '/framed/incidents/$incidentId' })
  const [raw, setRaw] = useState(false)
  const { data, error, refetch } = useQuery(queries.incident(incidentId))
  useKeys({ r: () => setRaw((shown) => !shown) })
  const change = useMutation({
    mutationFn: (state: IncidentState) => {
      if (!data) throw new Error('not loaded')
      return call('setIncidentState', { params: { projectId: data.projectId }, body: { ids: [data.id], state } })
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['incident', incidentId] }),
  })
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!data) return null
  const { request, input, operation, outcome, explanation } = data
  return (
    <Stack>
      <PageHeader
        title={explanation?.title ?? data.protection}
        context={
          <>
            <SeverityLabel severity={data.severity} /> <RelativeTime at={data.at} /> · {data.environment} ·{' '}
            <span className="mono">{data.id}</span>
          </>
        }
        actions={
          <>
            <Select
              aria-label="State"
              size="xs"
              w={150}
              allowDeselect={false}
              value={data.state}
              data={incidentStates.map((state) => ({ value: state, label: stateWord(state) }))}
              onChange={(state) => state && change.mutate(state)}
            />
            <CopyButton value={data.id}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy reference'}
                </Button>
              )}
            </CopyButton>
            <Button size="xs" variant="default" aria-pressed={raw} onClick={() => setRaw(!raw)}>
              Raw JSON
            </Button>
            <Button size="xs" onClick={() => go(paths.newRule(data.projectId, data.protection))}>
              Make a rule for this
            </Button>
          </>
        }
      />
      {change.error ? <ErrorState error={change.error} /> : null}
      {raw ? (
        <MarkedText label="Raw JSON" text={JSON.stringify(data, null, 2)} span={null} />
      ) : (
        <div className="columns">
          <Stack>
            {input ? (
              <Section title="Offending value">
                <Text size="sm" className="mono">
                  {input.source}.{input.path}
                </Text>
                <MarkedText label="Offending value" text={input.value} span={input.span} />
              </Section>
            ) : null}
            <Section title="Operation">
              <Text size="sm" className="quiet">
                {[operation.kind, operation.dialect].filter(Boolean).join(' · ')}
              </Text>
              <MarkedText label="Operation" text={operation.text} span={operation.span} />
            </Section>
            <Section title="Request">
              <Facts
                rows={[
                  ['Request', request ? `${request.method} ${request.path}` : null],
                  ['Route', request?.route],
                  ['Address', request?.ip],
                  ['User agent', request?.userAgent],
                  ['User', request?.userId],
                ]}
              />
            </Section>
          </Stack>
          <Stack>
            <Section title="What was done">
              <ActionChips done={outcome.actions} wouldHave={outcome.wouldHave} />
              <Facts
                rows={[
                  ['Decided by', outcome.decidedBy.source],
                  [
                    'Revision',
                    outcome.decidedBy.revision ?? <span className="quiet">none: no rule of the console</span>,
                  ],
                  ['Seen', `${data.count === 1 ? 'once' : `${data.count} times`}; ${data.similar} similar`],
                ]}
              />
              {data.rules.map((rule) => (
                <Text key={rule.id} size="sm">
                  {rule.sentence}
                  {rule.deleted ? ' (deleted since)' : ''}
                </Text>
              ))}
            </Section>
            <Section title="Why">
              <Prose>{explanation?.whyFlagged ?? data.reason}</Prose>
              {explanation ? (
                <>
                  <Prose>{explanation.what}</Prose>
                  <Prose>{explanation.whatToDo}</Prose>
                  {explanation.references.map((reference) => (
                    <a key={reference.id} href={reference.url} target="_blank" rel="noreferrer">
                      {reference.id} {reference.title}
                    </a>
                  ))}
                </>
              ) : null}
            </Section>
            <Section title="Instance">
              <Facts
                rows={[
                  ['Host', data.instance?.hostname],
                  ['Process', data.instance?.pid],
                  ['SDK', data.instance?.sdkVersion],
                  ['App version', data.appVersion],
                ]}
              />
            </Section>
            {data.stack.length > 0 ? (
              <Section title="Stack">
                <MarkedText label="Stack" text={data.stack.join('\n')} span={null} />
              </Section>
            ) : null}
          </Stack>
        </div>
      )}
    </Stack>
  )
}
