import { Group, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A part of a page with a heading of its own. */
export const Section = ({ title, side, children }: { title: string; side?: ReactNode; children: ReactNode }) => (
  <Stack component="section" className="panel" p="md" gap="sm" aria-label={title}>
    <Group justify="space-between" gap="xs">
      <Title order={2}>{title}</Title>
      {side}
    </Group>
    {children}
  </Stack>
)
