import { Button, Group, Select, Stack, Text } from '@mantine/core'
import type { Script, ScriptVersion } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { scriptQueries } from '../../api/defend-queries.ts'
import { queries, queryClient } from '../../api/query.ts'
import { replace } from '../../frame/navigate.ts'
import { respond } from '../../frame/respond.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { Diff } from '../../ui/diff.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { Mark } from '../../ui/mark.tsx'
import { MarkedText } from '../../ui/marked-text.tsx'
import { ErrorState, Facts, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { ScriptForm } from './script-form.tsx'
import { versionLooks } from './version-looks.ts'

const store = (script: Script): void => {
  queryClient.setQueryData(scriptQueries.one(script.id).queryKey, script)
  void queryClient.invalidateQueries({ queryKey: ['scripts'] })
}

export function ScriptPage() {
  const { scriptId } = useParams({ from: '/framed/scripts/$scriptId' })
  const { version: wanted } = useSearch({ strict: false })
  const { data: script, error, refetch } = useQuery(scriptQueries.one(scriptId))
  const [editing, setEditing] = useState(false)
  const [against, setAgainst] = useState<string | null>(null)
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!script) return null
  const shown = script.versions.find(({ version }) => String(version) === wanted) ?? script.versions[0]
  const other = script.versions.find(({ version }) => String(version) === against)
  return (
    <Stack>
      <PageHeader
        title={script.name}
        context={script.description === '' ? `${script.runs} runs` : `${script.description} · ${script.runs} runs`}
        actions={<Actions script={script} edit={() => setEditing(true)} />}
      />
      <div className="columns">
        <Section title="Versions">
          <ul className="plain-list">
            {script.versions.map((version) => (
              <Group component="li" key={version.version} gap="sm">
                <Button
                  size="compact-sm"
                  variant={version === shown ? 'filled' : 'default'}
                  aria-pressed={version === shown}
                  onClick={() => replace(paths.script(scriptId, String(version.version)))}
                >
                  Version {version.version}
                </Button>
                <Mark look={versionLooks[version.state]} />
                <Text size="sm" className="quiet" component="div">
                  {version.author.name} <RelativeTime at={version.author.at} /> {version.note}
                </Text>
              </Group>
            ))}
          </ul>
        </Section>
        {shown ? <VersionFacts script={script} version={shown} /> : null}
      </div>
      {shown ? (
        <Section
          title={`Version ${shown.version}`}
          side={
            <Select
              size="xs"
              clearable
              aria-label="Compare with"
              placeholder="Compare with"
              data={script.versions
                .filter((one) => one !== shown)
                .map(({ version }) => ({ value: String(version), label: `Version ${version}` }))}
              value={other ? String(other.version) : null}
              onChange={setAgainst}
            />
          }
        >
          {other ? (
            <Diff
              label={`Version ${other.version} against version ${shown.version}`}
              before={textOf(other)}
              after={textOf(shown)}
            />
          ) : (
            <>
              <MarkedText label="Script" text={shown.content} span={null} />
              {shown.postCheck === null ? null : (
                <>
                  <Text size="sm" fw={600}>
                    Post-check
                  </Text>
                  <MarkedText label="Post-check" text={shown.postCheck} span={null} />
                </>
              )}
            </>
          )}
        </Section>
      ) : null}
      {editing ? <ScriptForm script={script} close={() => setEditing(false)} /> : null}
    </Stack>
  )
}

const textOf = (version: ScriptVersion): string =>
  [
    `# interpreter: ${version.interpreter}`,
    `# destructive: ${version.destructive ? 'yes' : 'no'}`,
    version.content,
    ...(version.postCheck === null ? [] : ['# post-check', version.postCheck]),
  ].join('\n')

function Actions({ script, edit }: { script: Script; edit: () => void }) {
  const mayNotWrite = useWhyNot('script.write')
  const mayNotRun = useWhyNot('response.submit')
  const retire = useMutation({
    mutationFn: (reason: string) => call('retireScript', { params: { scriptId: script.id }, body: { reason } }),
    onSuccess: store,
  })
  const whyNotWrite = mayNotWrite ?? (script.retired ? 'The script is retired' : null)
  const whyNotRun =
    mayNotRun ??
    (script.retired ? 'The script is retired' : script.runnable === null ? 'No version is approved yet' : null)
  return (
    <>
      {retire.error ? <ErrorState error={retire.error} /> : null}
      <DisabledReason why={whyNotWrite}>
        <Button
          size="xs"
          variant="default"
          disabled={whyNotWrite !== null}
          onClick={() =>
            confirm({
              title: `Retire ${script.name}`,
              body: 'It runs no more, and runs that have not begun become void. This cannot be undone; its versions stay to be read.',
              act: `Retire ${script.name}`,
              reason: 'Why',
              run: (reason) => retire.mutate(reason),
            })
          }
        >
          Retire…
        </Button>
      </DisabledReason>
      <DisabledReason why={whyNotWrite}>
        <Button size="xs" variant="default" disabled={whyNotWrite !== null} onClick={edit}>
          New version…
        </Button>
      </DisabledReason>
      <DisabledReason why={whyNotRun}>
        <Button
          size="xs"
          disabled={whyNotRun !== null}
          onClick={() =>
            respond({ type: 'run_script', targets: [], parameters: { scriptId: script.id, version: script.runnable } })
          }
        >
          Run…
        </Button>
      </DisabledReason>
    </>
  )
}

function VersionFacts({ script, version }: { script: Script; version: ScriptVersion }) {
  const me = useQuery(queries.me()).data
  const mayNot = useWhyNot('script.approve')
  const approve = useMutation({
    mutationFn: () =>
      call('approveScriptVersion', {
        params: { scriptId: script.id, version: version.version },
        body: { sha256: version.sha256 },
      }),
    onSuccess: store,
  })
  const why = mayNot ?? (me?.id === version.author.id ? 'You wrote this version: somebody else must approve it' : null)
  return (
    <Section title="Consent">
      <Facts
        rows={[
          ['State', <Mark look={versionLooks[version.state]} />],
          ['Interpreter', version.interpreter],
          ['Destructive', version.destructive ? 'yes: each run waits for a second person' : 'no'],
          ['SHA-256', <span className="mono">{version.sha256}</span>],
          [
            'Written by',
            <span>
              {version.author.name} <RelativeTime at={version.author.at} />
            </span>,
          ],
          [
            'Approved by',
            version.approver ? (
              <span>
                {version.approver.name} <RelativeTime at={version.approver.at} />
              </span>
            ) : (
              'nobody yet'
            ),
          ],
        ]}
      />
      {approve.error ? <ErrorState error={approve.error} /> : null}
      {version.state === 'draft' ? (
        <Group>
          <DisabledReason why={why}>
            <Button
              size="xs"
              disabled={why !== null}
              loading={approve.isPending}
              onClick={() =>
                confirm({
                  title: `Approve version ${version.version} of ${script.name}`,
                  body: `You consent to exactly these bytes, SHA-256 ${version.sha256.slice(0, 16)}…. From then on they may run on any device.`,
                  act: `Approve version ${version.version}`,
                  destroys: false,
                  run: () => approve.mutate(),
                })
              }
            >
              Approve version {version.version}…
            </Button>
          </DisabledReason>
        </Group>
      ) : null}
    </Section>
  )
}
