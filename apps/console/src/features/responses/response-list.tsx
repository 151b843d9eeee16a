import { Group, Stack, Text } from '@mantine/core'
import type { ResponseSummary } from '@riposte/contract'
import { paths } from '../../paths.ts'
import { Link } from '../../ui/link.tsx'
import { Mark } from '../../ui/mark.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { containmentLooks, statusLooks, verificationLooks } from '../../ui/words.ts'

/** A few responses, one line each. */
export const ResponseList = ({ label, items }: { label: string; items: readonly ResponseSummary[] }) => (
  <Stack component="ul" className="plain-list" gap={6} aria-label={label}>
    {items.map((item) => (
      <li key={item.id}>
        <Group gap="sm">
          <Mark look={statusLooks[item.status]} />
          <Link to={paths.response(item.id)}>{item.sentence}</Link>
          {item.verification && item.verification.state !== 'scheduled' ? (
            <Mark
              look={{
                ...verificationLooks[item.verification.state],
                word: `Verification ${item.verification.state}`,
              }}
            />
          ) : null}
          {item.containment ? <Mark look={containmentLooks[item.containment.state]} /> : null}
          <Text size="sm" className="quiet" component="div">
            {item.submittedBy.name} · <RelativeTime at={item.submittedAt} />
          </Text>
        </Group>
      </li>
    ))}
  </Stack>
)
