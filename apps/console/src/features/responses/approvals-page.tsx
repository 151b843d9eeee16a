import { SegmentedControl, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { responseQueries } from '../../api/defend-queries.ts'
import { replace } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { EmptyState, ErrorState, PageHeader } from '../../ui/page.tsx'
import { RequestCard } from './request-card.tsx'

const states = [
  { value: 'waiting', label: 'Waiting' },
  { value: 'review', label: 'Emergency reviews' },
  { value: 'all', label: 'All' },
] as const
type State = (typeof states)[number]['value']

const empty: Readonly<Record<State, readonly [string, string]>> = {
  waiting: [
    'Nothing waits for approval',
    'Destructive responses come here before they run, for somebody else than who asked.',
  ],
  review: [
    'No emergency waits for review',
    'What ran without approval comes here: a second person looks at it within 24 hours.',
  ],
  all: ['Nothing was asked for yet', 'Choose devices and press Respond… to ask for the first.'],
}

/** The approvals inbox: the most pressing first, one card each, so that it works on a phone. */
export function ApprovalsPage() {
  const search = useSearch({ strict: false })
  const state: State = states.find(({ value }) => value === search['state'])?.value ?? 'waiting'
  const found = useQuery(responseQueries.requests(state))
  const [title, words] = empty[state]
  return (
    <Stack gap="sm">
      <PageHeader
        title="Approvals"
        context={found.data ? <span role="status">{found.data.waitingForMe} waiting for you</span> : null}
      />
      <SegmentedControl
        aria-label="Which requests"
        style={{ alignSelf: 'flex-start' }}
        data={[...states]}
        value={state}
        onChange={(next) => replace(paths.approvals(next === 'waiting' ? '' : next))}
      />
      {found.error ? <ErrorState error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data?.items.length === 0 ? (
        <div className="panel">
          <EmptyState title={title}>{words}</EmptyState>
        </div>
      ) : null}
      {found.data?.items.map((request) => (
        <RequestCard key={`${request.id} ${request.version}`} request={request} />
      ))}
    </Stack>
  )
}
