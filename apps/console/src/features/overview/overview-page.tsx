import { Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { queries } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { ErrorState, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SeverityLabel } from '../../ui/severity.tsx'

const Panel = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Stack component="section" className="panel" p="md" gap="xs" aria-label={title}>
    <Title order={2}>{title}</Title>
    {children}
  </Stack>
)

export function OverviewPage() {
  const { projectId } = useParams({ from: '/framed/projects/$projectId/overview' })
  const { data, error, refetch } = useQuery(queries.overview(projectId, 24))
  const instances = useQuery(queries.instances(projectId)).data?.items ?? []
  const steps = useQuery(queries.checklist()).data?.steps ?? []
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!data) return null
  const totals = data.timeline.map((bucket) => ({
    at: bucket.at,
    count: Object.values(bucket.counts).reduce((sum, count) => sum + count, 0),
  }))
  const most = Math.max(1, ...totals.map(({ count }) => count))
  return (
    <Stack>
      <PageHeader
        title="Overview"
        context={`${data.project.name}: ${data.totals.incidents} incidents in 24 h, ${data.totals.blocked} blocked, ${data.totals.open} open`}
      />
      <div className="columns">
        {steps.some(({ doneAt }) => doneAt === null) ? (
          <Panel title="First steps">
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {steps.map((step) => (
                <li key={step.id}>
                  <Text size="sm">
                    {step.doneAt ? '✓ Done: ' : '○ To do: '}
                    {step.title}
                  </Text>
                  {step.doneAt ? null : (
                    <Text size="xs" className="quiet">
                      {step.how}
                    </Text>
                  )}
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <Panel title="Incidents over time">
          <div className="bars" role="img" aria-label={`Incidents in 24 hours, at most ${most} in one bucket`}>
            {totals.map(({ at, count }) => (
              <div key={at} title={`${new Date(at).toLocaleString()}: ${count}`}>
                <i style={{ height: `${(count / most) * 100}%` }} />
              </div>
            ))}
          </div>
          <details>
            <summary>As a table</summary>
            <table>
              <tbody>
                {totals.map(({ at, count }) => (
                  <tr key={at}>
                    <td>{new Date(at).toLocaleString()}</td>
                    <td>{count}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </Panel>
        <Panel title="Instances">
          {instances.length === 0 ? <Text size="sm">No app is connected yet.</Text> : null}
          {instances.map((instance) => (
            <Text size="sm" key={instance.instanceId}>
              <b>{instance.hostname}</b> {instance.pid} · {instance.health} ·{' '}
              {instance.upToDate ? 'up to date' : 'behind'} · <RelativeTime at={instance.lastSeenAt} />
            </Text>
          ))}
        </Panel>
        {(
          [
            ['Top protections', data.topProtections],
            ['Top routes', data.topRoutes],
            ['Top addresses', data.topAddresses],
          ] as const
        ).map(([title, counts]) => (
          <Panel key={title} title={title}>
            {counts.length === 0 ? (
              <Text size="sm" className="quiet">
                Nothing in 24 h
              </Text>
            ) : null}
            {counts.map(({ key, count }) => (
              <Text size="sm" key={key}>
                {count} <span className="mono">{key}</span>
              </Text>
            ))}
          </Panel>
        ))}
        <Panel title="Latest incidents">
          {data.latest.length === 0 ? (
            <Text size="sm" className="quiet">
              None yet
            </Text>
          ) : null}
          {data.latest.map((incident) => (
            <a
              key={incident.id}
              href={paths.incident(incident.id)}
              onClick={(event) => {
                event.preventDefault()
                go(paths.incident(incident.id))
              }}
              style={{ color: 'inherit' }}
            >
              <SeverityLabel severity={incident.severity} /> {incident.protection}{' '}
              <span className="mono">{incident.path}</span> <RelativeTime at={incident.at} />
            </a>
          ))}
        </Panel>
      </div>
    </Stack>
  )
}
