import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'

/** Title, one line of context, and the page's own actions at the top right. */
export function PageHeader({ title, context, actions }: { title: string; context?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Riposte`
  }, [title])
  return (
    <Group justify="space-between" align="flex-start" gap="md">
      <Stack gap={2}>
        <Title order={1}>{title}</Title>
        {context ? (
          <Text size="sm" component="div" className="quiet">
            {context}
          </Text>
        ) : null}
      </Stack>
      {actions ? <Group gap="xs">{actions}</Group> : null}
    </Group>
  )
}

export const Facts = ({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="facts">
    {rows.map(([name, value]) => (
      <FactRow key={name} name={name} value={value} />
    ))}
  </dl>
)

const FactRow = ({ name, value }: { name: string; value: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{value ?? <span className="quiet">unknown</span>}</dd>
  </>
)

/** What went wrong, its code, and a way to try again. */
export function ErrorState({ error, retry }: { error: Error & { code?: string }; retry?: () => void }) {
  return (
    <Alert color="red" variant="light" title={error.message} role="alert">
      <Group gap="sm">
        {error.code ? (
          <Text size="sm" className="mono">
            {error.code}
          </Text>
        ) : null}
        {retry ? (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        ) : null}
      </Group>
    </Alert>
  )
}

/** Says what would stand here and what to do so that it does. */
export const EmptyState = ({ title, children }: { title: string; children?: ReactNode }) => (
  <Stack align="center" gap={4} p="xl">
    <Text fw={600}>{title}</Text>
    <Text size="sm" className="quiet" ta="center" component="div" maw={560}>
      {children}
    </Text>
  </Stack>
)
