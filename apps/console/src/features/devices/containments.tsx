import { Button, Group, Stack, Text } from '@mantine/core'
import { containmentStates, type Device } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { responseQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { go } from '../../frame/navigate.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { ErrorState } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { containmentLooks, containmentWord, spell } from '../../ui/words.ts'

/** What holds the device now, each with its way back. */
export function Containments({ device }: { device: Device }) {
  const mayNot = useWhyNot('response.release')
  const actions = useQuery(responseQueries.actions()).data?.items
  const undo = useMutation({
    mutationFn: ({ responseId, justification }: { responseId: string; justification: string }) =>
      call('undoResponse', { params: { responseId }, body: { justification } }),
    onSuccess: ({ request, responseIds: [first] }) => {
      void queryClient.invalidateQueries({ queryKey: ['device', device.id] })
      go(first ? paths.response(first) : paths.request(request.id))
    },
  })
  return (
    <Section title="Containments">
      {undo.error ? <ErrorState error={undo.error} /> : null}
      {device.containments.length === 0 ? (
        <Text size="sm" className="quiet">
          Nothing holds this device.
        </Text>
      ) : null}
      <Stack component="ul" className="plain-list" gap="xs" aria-label="Containments">
        {device.containments.map(({ responseId, type, state }) => {
          const action = actions?.find(({ id }) => id === type)
          const known = containmentStates.find((one) => one === state)
          const back = action?.undo.type === null ? null : actions?.find(({ id }) => id === action?.undo.type)
          return (
            <Group component="li" key={responseId} justify="space-between">
              <Group gap="sm">
                <b>{containmentWord(type)}</b>
                {known ? <Mark look={containmentLooks[known]} /> : spell(state)}
                <Link to={paths.response(responseId)} label={`Response that made it: ${containmentWord(type)}`}>
                  {responseId.slice(0, 8)}
                </Link>
              </Group>
              <DisabledReason why={mayNot}>
                <Button
                  size="xs"
                  variant="default"
                  disabled={mayNot !== null}
                  onClick={() =>
                    confirm({
                      title: `${back?.title ?? 'Undo'}: ${device.name}`,
                      body: `${action?.undo.words ?? ''} Automation leaves it alone for 24 hours after that. Another containment that overlaps stays in force.`,
                      act: back?.title ?? 'Undo',
                      reason: 'Justification',
                      destroys: false,
                      run: (justification) => undo.mutate({ responseId, justification }),
                    })
                  }
                >
                  {back?.title ?? 'Undo'}…
                </Button>
              </DisabledReason>
            </Group>
          )
        })}
      </Stack>
    </Section>
  )
}

/** What this host can do, and why not where it cannot. */
export function Capabilities({ device }: { device: Device }) {
  const actions = useQuery(responseQueries.actions()).data?.items ?? []
  return (
    <Section title="Capabilities">
      {device.capabilities.length === 0 ? (
        <Text size="sm" className="quiet">
          The agent has not told yet.
        </Text>
      ) : null}
      <ul className="plain-list">
        {device.capabilities.map(({ type, available, why }) => (
          <Text component="li" size="sm" key={type}>
            <Mark
              look={
                available
                  ? { word: 'Can', shape: 'check', tone: 'good' }
                  : { word: 'Cannot', shape: 'cross', tone: 'warn' }
              }
            />{' '}
            {actions.find(({ id }) => id === type)?.title ?? spell(type)}
            {why === null ? null : <span className="quiet">: {why}</span>}
          </Text>
        ))}
      </ul>
    </Section>
  )
}
