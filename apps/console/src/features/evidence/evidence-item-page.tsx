import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import type { Evidence } from '@riposte/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { evidenceQueries } from '../../api/defend-queries.ts'
import { saveFile } from '../../api/files.ts'
import { queryClient } from '../../api/query.ts'
import { paths } from '../../paths.ts'
import { confirm } from '../../ui/confirm.tsx'
import { DisabledReason } from '../../ui/disabled-reason.tsx'
import { useKeys } from '../../ui/keyboard.ts'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { MarkedText } from '../../ui/marked-text.tsx'
import { ErrorState, Facts, PageHeader } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { useWhyNot } from '../../ui/use-may.ts'
import { bytesWord, evidenceLooks, itemLooks } from './evidence-looks.ts'

const store = (evidence: Evidence): void => {
  queryClient.setQueryData(evidenceQueries.one(evidence.id).queryKey, evidence)
  void queryClient.invalidateQueries({ queryKey: ['evidence'] })
}

/** One archive: what is in it, what could not be had and why, and who did what with it. */
export function EvidenceItemPage() {
  const { evidenceId } = useParams({ from: '/framed/evidence/$evidenceId' })
  const [raw, setRaw] = useState(false)
  const { data: evidence, error, refetch } = useQuery(evidenceQueries.one(evidenceId))
  useKeys({ r: () => setRaw((shown) => !shown) })
  if (error) return <ErrorState error={error} retry={() => void refetch()} />
  if (!evidence) return null
  return (
    <Stack>
      <PageHeader
        title={`Evidence from ${evidence.device.name}`}
        context={
          <Group gap="sm">
            <Mark look={evidenceLooks[evidence.state]} />
            <span>
              collected <RelativeTime at={evidence.openedAt} />
            </span>
            <Link to={paths.response(evidence.responseId)}>the response that asked for it</Link>
          </Group>
        }
        actions={<Actions evidence={evidence} raw={raw} setRaw={setRaw} />}
      />
      {evidence.why ? (
        <Alert color="red" variant="outline" title={`${evidenceLooks[evidence.state].word}: ${evidence.why}`} />
      ) : null}
      {evidence.check?.result === 'damaged' ? (
        <Alert color="red" variant="outline" title="The stored copy is damaged">
          {evidence.check.detail}
        </Alert>
      ) : null}
      {raw ? (
        <MarkedText label="Raw JSON" text={JSON.stringify(evidence, null, 2)} span={null} />
      ) : (
        <Body evidence={evidence} />
      )}
    </Stack>
  )
}

function Actions({ evidence, raw, setRaw }: { evidence: Evidence; raw: boolean; setRaw: (raw: boolean) => void }) {
  const params = { evidenceId: evidence.id }
  const mayNotDownload = useWhyNot('evidence.download')
  const mayNotDelete = useWhyNot('settings.write')
  const verify = useMutation({ mutationFn: () => call('verifyEvidence', { params }), onSuccess: store })
  const remove = useMutation({
    mutationFn: (reason: string) => call('deleteEvidence', { params, body: { reason } }),
    onSuccess: store,
  })
  const save = useMutation({
    mutationFn: ({ reason, form }: { reason: string; form: 'archive' | 'encrypted' }) =>
      saveFile(
        { params, body: { reason, form } },
        form === 'encrypted' ? evidence.name : evidence.name.replace(/\.age$/, ''),
      ),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ['evidence'] }),
  })
  const failed = verify.error ?? remove.error ?? save.error
  const notStored =
    evidence.state === 'stored' ? null : `It is ${evidenceLooks[evidence.state].word.toLowerCase()}, not stored`
  const download = (form: 'archive' | 'encrypted', label: string) => {
    const why = mayNotDownload ?? notStored
    return (
      <DisabledReason why={why}>
        <Button
          size="xs"
          variant={form === 'archive' ? 'filled' : 'default'}
          disabled={why !== null}
          loading={save.isPending}
          onClick={() =>
            confirm({
              title: label,
              body: `${bytesWord(evidence.bytes)} from ${evidence.device.name}. Your name, the time and the reason are entered in the custody log before the first byte goes out. It may hold personal data and secrets.`,
              act: label,
              reason: 'Reason',
              destroys: false,
              run: (reason) => save.mutate({ reason, form }),
            })
          }
        >
          {label}…
        </Button>
      </DisabledReason>
    )
  }
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Button size="xs" variant="default" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          Raw JSON
        </Button>
        <DisabledReason why={notStored}>
          <Button
            size="xs"
            variant="default"
            disabled={notStored !== null}
            loading={verify.isPending}
            onClick={() => verify.mutate()}
          >
            Hash it again
          </Button>
        </DisabledReason>
        <DisabledReason why={mayNotDelete ?? notStored}>
          <Button
            size="xs"
            variant="default"
            disabled={(mayNotDelete ?? notStored) !== null}
            onClick={() =>
              confirm({
                title: `Delete evidence from ${evidence.device.name}`,
                body: 'The archive is deleted and cannot be brought back. Its manifest and custody log remain.',
                act: 'Delete archive',
                reason: 'Reason',
                run: (reason) => remove.mutate(reason),
              })
            }
          >
            Delete…
          </Button>
        </DisabledReason>
        {download('encrypted', 'Download encrypted')}
        {download('archive', 'Download archive')}
      </Group>
      {failed ? <ErrorState error={failed} /> : null}
    </Stack>
  )
}

function Body({ evidence }: { evidence: Evidence }) {
  const { manifest } = evidence
  return (
    <Stack>
      <div className="columns">
        <Section title="Archive">
          <Facts
            rows={[
              ['Name', evidence.name],
              [
                'Size',
                `${bytesWord(evidence.bytes)}, ${evidence.bytesStored === evidence.bytes ? 'all here' : `${bytesWord(evidence.bytesStored)} here`}`,
              ],
              ['SHA-256', <span className="mono">{evidence.sha256}</span>],
              ['Encrypted to', <span className="mono">{evidence.collectorKey}</span>],
              ['Profile', evidence.profile],
              [
                'Last check',
                evidence.check ? (
                  <span>
                    {evidence.check.result} <RelativeTime at={evidence.check.at} />
                  </span>
                ) : (
                  'none yet'
                ),
              ],
            ]}
          />
        </Section>
        <Section title="Host at that time">
          <Facts
            rows={[
              ['Host name', manifest.host.hostname],
              ['Kernel', manifest.host.kernel],
              ['Boot', <span className="mono">{manifest.host.bootId}</span>],
              ['From', new Date(manifest.startedAt).toLocaleString()],
              ['To', new Date(manifest.finishedAt).toLocaleString()],
            ]}
          />
        </Section>
      </div>
      <Section title="Manifest">
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Manifest">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Item</th>
                <th scope="col">Status</th>
                <th scope="col">Size</th>
                <th scope="col">Files</th>
                <th scope="col">Why not all</th>
                <th scope="col">SHA-256</th>
              </tr>
            </thead>
            <tbody>
              {manifest.items.map((item) => (
                <tr key={item.id}>
                  <td>{item.title}</td>
                  <td>
                    <Mark look={itemLooks[item.status]} />
                  </td>
                  <td>{bytesWord(item.bytes)}</td>
                  <td>
                    {item.files.length === 0 ? (
                      0
                    ) : (
                      <details>
                        <summary>{item.files.length}</summary>
                        {item.files.slice(0, 200).map((file) => (
                          <Text size="xs" className="mono" key={file.path}>
                            {file.path} {bytesWord(file.bytes)}
                            {file.truncated ? ' (cut)' : ''}
                          </Text>
                        ))}
                      </details>
                    )}
                  </td>
                  <td>{item.error}</td>
                  <td className="mono">{item.sha256.slice(0, 16)}…</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      <Section title="Custody">
        <Text size="sm" className="quiet">
          Append-only: each entry’s hash covers the one before.
        </Text>
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Custody">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">No.</th>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Did</th>
                <th scope="col">Detail</th>
                <th scope="col">Hash</th>
              </tr>
            </thead>
            <tbody>
              {evidence.custody.map((entry) => (
                <tr key={entry.sequence}>
                  <td>{entry.sequence}</td>
                  <td>
                    <RelativeTime at={entry.at} />
                  </td>
                  <td>{entry.actor.name}</td>
                  <td>{entry.action}</td>
                  <td className="mono" style={{ overflowWrap: 'anywhere', minWidth: '14rem' }}>
                    {Object.keys(entry.detail).length === 0 ? '' : JSON.stringify(entry.detail)}
                  </td>
                  <td className="mono">{entry.hash.slice(0, 12)}…</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </Stack>
  )
}
