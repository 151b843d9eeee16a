import { Alert, Stack, Text } from '@mantine/core'
import type { Preview } from '@riposte/contract'
import { Mark } from '../../ui/mark.tsx'
import { onlineLook, plural } from '../../ui/words.ts'

/** What would happen, to whom, who is left out, and for whom it waits. */
export function PreviewPanel({ preview, emergency }: { preview: Preview; emergency: boolean }) {
  const { affected, refused } = preview
  const offline = affected.filter(({ online }) => !online)
  const already = affected.filter(({ alreadySo }) => alreadySo)
  return (
    <Stack component="section" className="panel" p="sm" gap="xs" aria-label="What will happen">
      <Text size="sm" fw={600}>
        {preview.sentence}
      </Text>
      <ul className="bullets">
        {preview.effects.map((effect) => (
          <Text component="li" size="sm" key={effect}>
            {effect}
          </Text>
        ))}
      </ul>
      <Text size="sm">
        {plural(affected.length, 'target')} affected
        {offline.length > 0 ? `, ${offline.length} offline now: they act once they are back, or it expires` : ''}
        {already.length > 0 ? `, ${already.length} already so` : ''}
        {refused.length > 0 ? `, ${refused.length} left out` : ''}.
      </Text>
      {affected.length > 0 && affected.length <= 8 ? (
        <ul className="plain-list">
          {affected.map(({ targetId, name, online, alreadySo }) => (
            <Text component="li" size="sm" key={targetId}>
              {name} <Mark look={onlineLook(online)} />
              {alreadySo ? ' · already so' : ''}
            </Text>
          ))}
        </ul>
      ) : null}
      {refused.length > 0 ? (
        <Alert color="yellow" title={`${plural(refused.length, 'target')} left out`}>
          <ul className="bullets">
            {refused.slice(0, 20).map(({ targetId, name, code, message }) => (
              <Text component="li" size="sm" key={`${targetId} ${code}`}>
                {name}: {message} <span className="mono">{code}</span>
              </Text>
            ))}
          </ul>
        </Alert>
      ) : null}
      <Text size="sm" fw={600}>
        {emergency
          ? 'Runs now, without approval. Somebody else must review it within 24 hours.'
          : preview.approvers === 0
            ? 'Runs at once: no approval is needed.'
            : `Waits for ${plural(preview.approvers, 'approval')} from somebody else than you.`}
      </Text>
    </Stack>
  )
}
