import { Alert, Button, Group, Stack, Tabs, Text } from '@mantine/core'
import { liveQueries, type Device } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { deviceQueries, responseQueries } from '../../api/defend-queries.ts'
import { queryClient } from '../../api/query.ts'
import { replace } from '../../frame/navigate.ts'
import { respond } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { useKeys } from '../../ui/keyboard.ts'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { MarkedText } from '../../ui/marked-text.tsx'
import { EmptyState, ErrorState, Facts, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { deviceStateLooks, onlineLook } from '../../ui/words.ts'
import { ResponseList } from '../responses/response-list.tsx'
import { Capabilities, Containments } from './containments.tsx'
import { DeviceLabels } from './device-labels.tsx'
import { LivePanel } from './live-panel.tsx'
import { liveTables } from './live-rows.ts'
import { ReleaseCode } from './release-code.tsx'

const store = (device: Device): void => {
  queryClient.setQueryData(deviceQueries.one(device.id).queryKey, device)
  void queryClient.invalidateQueries({ queryKey: ['devices'] })
}

export function DevicePage() {
  const { deviceId } = useParams({ from: '/framed/devices/$deviceId' })
  const [raw, setRaw] = useState(false)
  const [releasing, setReleasing] = useState(false)
  const { data: device, error, refetch } = useQuery(deviceQueries.one(deviceId))
  useKeys({ r: () => setRaw((shown) => !shown) })
  const retire = useMutation({
    mutationFn: (reason: string) => call('retireDevice', { params: { deviceId }, body: { reason } }),
    onSuccess: store,
  })
  const release = useMutation({
    mutationFn: (reason: string) => call('releaseHold', { params: { deviceId }, body: { reason } }),
    onSuccess: store,
  })
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!device) return null
  const failed = retire.error ?? release.error
  const askRetire = (): void =>
    confirm({
      title: `Retire ${device.name}`,
      body: `Its certificate counts no more and what is open for it is cancelled. Containments on the host stay until somebody ends them there. It cannot be taken back: the host would have to enrol again.`,
      act: `Retire ${device.name}`,
      reason: 'Why',
      run: (reason) => retire.mutate(reason),
    })
  return (
    <Stack>
      <PageHeader
        title={device.name}
        context={
          <Group gap="sm">
            <Mark look={deviceStateLooks[device.state]} />
            <Mark look={onlineLook(device.online)} />
            {device.online && device.connectedSince ? (
              <span>
                since <RelativeTime at={device.connectedSince} />
              </span>
            ) : device.lastSeenAt ? (
              <span>
                seen <RelativeTime at={device.lastSeenAt} />
              </span>
            ) : null}
            <span className="mono">{device.id}</span>
          </Group>
        }
        actions={
          <Actions device={device} raw={raw} setRaw={setRaw} retire={askRetire} code={() => setReleasing(true)} />
        }
      />
      {failed ? <ErrorState error={failed} /> : null}
      {device.held ? <Held device={device} release={(reason) => release.mutate(reason)} retire={askRetire} /> : null}
      {raw ? (
        <MarkedText label="Raw JSON" text={JSON.stringify(device, null, 2)} span={null} />
      ) : (
        <Body device={device} />
      )}
      {releasing ? <ReleaseCode device={device} close={() => setReleasing(false)} /> : null}
    </Stack>
  )
}

function Actions(props: {
  device: Device
  raw: boolean
  setRaw: (raw: boolean) => void
  retire: () => void
  code: () => void
}) {
  const { device, raw } = props
  const mayNotSubmit = useWhyNot('response.submit')
  const mayNotWrite = useWhyNot('device.write')
  const mayNotEmergency = useWhyNot('response.emergency')
  const notActive = device.state === 'active' ? null : `${device.name} is ${device.state}: nothing is sent to it`
  const isolated = device.containments.some(({ type }) => type === 'isolate_device')
  const whyNoCode = mayNotEmergency ?? (isolated ? null : `${device.name} is not isolated`)
  const whyNoResponse = mayNotSubmit ?? notActive
  const targets = [{ kind: 'device' as const, id: device.id, name: device.name }]
  return (
    <>
      <Button size="xs" variant="default" aria-pressed={raw} onClick={() => props.setRaw(!raw)}>
        Raw JSON
      </Button>
      <DisabledReason why={mayNotWrite ?? (device.state === 'retired' ? 'It is retired already' : null)}>
        <Button
          size="xs"
          variant="default"
          disabled={mayNotWrite !== null || device.state === 'retired'}
          onClick={props.retire}
        >
          Retire…
        </Button>
      </DisabledReason>
      <DisabledReason why={whyNoCode}>
        <Button size="xs" variant="default" disabled={whyNoCode !== null} onClick={props.code}>
          Release code…
        </Button>
      </DisabledReason>
      <DisabledReason why={whyNoResponse}>
        <Button
          size="xs"
          color="red"
          disabled={whyNoResponse !== null}
          onClick={() => respond({ type: 'isolate_device', targets })}
        >
          Isolate…
        </Button>
      </DisabledReason>
      <DisabledReason why={whyNoResponse}>
        <Button size="xs" disabled={whyNoResponse !== null} onClick={() => respond({ targets })}>
          Respond…
        </Button>
      </DisabledReason>
    </>
  )
}

function Held(props: { device: Device; release: (reason: string) => void; retire: () => void }) {
  const { device } = props
  const mayNot = useWhyNot('device.write')
  if (!device.held) return null
  return (
    <Alert color="red" variant="outline" title={`${device.name} is held: two hosts showed one identity`}>
      <Stack gap="xs">
        <Text size="sm" component="div">
          {device.held.why} (<RelativeTime at={device.held.at} />
          ). Nothing is sent to it until a person decides.
        </Text>
        <ol className="bullets">
          <li>
            Find out which machines run with this identity: a restored backup and a cloned disk are the usual cause.
          </li>
          <li>On the copy, stop the agent and enrol it again with a token of its own.</li>
          <li>
            Then say that the identity is in order: the host that connects next keeps it. If you cannot tell the two
            apart, retire it and enrol both again.
          </li>
        </ol>
        <Group>
          <DisabledReason why={mayNot}>
            <Button
              size="xs"
              disabled={mayNot !== null}
              onClick={() =>
                confirm({
                  title: `Release the hold of ${device.name}`,
                  body: 'The host that connects next keeps this identity, and responses are sent to it again.',
                  act: 'The identity is in order',
                  reason: 'What was found',
                  destroys: false,
                  run: props.release,
                })
              }
            >
              The identity is in order…
            </Button>
          </DisabledReason>
          <DisabledReason why={mayNot}>
            <Button size="xs" variant="default" disabled={mayNot !== null} onClick={props.retire}>
              Retire…
            </Button>
          </DisabledReason>
        </Group>
      </Stack>
    </Alert>
  )
}

function Body({ device }: { device: Device }) {
  const { tab } = useSearch({ strict: false })
  const responses = useQuery(responseQueries.of({ deviceId: device.id }))
  const shown = liveQueries.find((query) => query === tab) ?? 'processes'
  const { facts } = device
  const skew = device.clockSkewMs
  return (
    <Stack>
      <div className="columns">
        <Containments device={device} />
        <Section title="Recent responses" side={<Link to={paths.history(`device:${device.id}`)}>All</Link>}>
          {responses.error ? <ErrorState error={responses.error} /> : null}
          {responses.data?.items.length === 0 ? (
            <Text size="sm" className="quiet">
              None yet. Respond… asks for the first.
            </Text>
          ) : null}
          <ResponseList label="Recent responses" items={responses.data?.items ?? []} />
        </Section>
      </div>
      <Tabs value={shown} onChange={(next) => replace(paths.device(device.id, next ?? ''))} keepMounted={false}>
        <Tabs.List mb="sm" aria-label="Live">
          {liveQueries.map((query) => (
            <Tabs.Tab key={query} value={query}>
              {liveTables[query].title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {liveQueries.map((query) => (
          <Tabs.Panel key={query} value={query}>
            <LivePanel device={device} query={query} />
          </Tabs.Panel>
        ))}
      </Tabs>
      <div className="columns">
        <Stack>
          <DeviceLabels key={device.id} device={device} store={store} />
          <Capabilities device={device} />
        </Stack>
        <Section title="Facts">
          {facts === null ? (
            <EmptyState title="Nothing reported yet">The agent tells on its first connection.</EmptyState>
          ) : (
            <Facts
              rows={[
                ['Host name', facts.hostname],
                ['System', `${facts.os.name} (${facts.architecture})`],
                ['Kernel', facts.os.kernel],
                ['Addresses', <span className="mono">{facts.addresses.join(', ')}</span>],
                ['Gateways', <span className="mono">{facts.gateways.join(', ')}</span>],
                ['Resolvers', <span className="mono">{facts.resolvers.join(', ')}</span>],
                ['Boot', <span className="mono">{facts.bootId}</span>],
                ['Machine', <span className="mono">{facts.machineId}</span>],
                [
                  'Agent',
                  `${device.agentVersion ?? 'unknown'}${device.agentUpToDate ? '' : ', an older one'}, process ${facts.agentPid}`,
                ],
              ]}
            />
          )}
          <Facts
            rows={[
              [
                'Connected by',
                device.connectedBy === null
                  ? 'nothing'
                  : device.connectedBy === 'websocket'
                    ? 'WebSocket'
                    : 'long poll',
              ],
              [
                'Clock',
                skew === null
                  ? null
                  : Math.abs(skew) < 1_000
                    ? 'agrees with ours'
                    : `${(skew / 1_000).toFixed(1)} s ahead of ours`,
              ],
              [
                'Certificate',
                <span>
                  <span className="mono">{device.certificate.fingerprint.slice(0, 16)}…</span> until{' '}
                  <RelativeTime at={device.certificate.notAfter} />
                </span>,
              ],
              [
                'Enrolled',
                <span>
                  <RelativeTime at={device.enrolledAt} /> by {device.enrolledBy}
                </span>,
              ],
            ]}
          />
        </Section>
      </div>
    </Stack>
  )
}
