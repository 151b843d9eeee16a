import { Alert, Button, Code, CopyButton, Group, Text } from '@mantine/core'

/** A secret that is not shown again. */
export const ShownOnce = ({
  title,
  secret,
  what,
  then,
}: {
  title: string
  secret: string
  what: string
  then: string
}) => (
  <Alert title={title}>
    <Group>
      <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{secret}</Code>
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button size="xs" onClick={copy}>
            {copied ? 'Copied' : `Copy ${what}`}
          </Button>
        )}
      </CopyButton>
    </Group>
    <Text size="sm" mt="xs">
      {then}
    </Text>
  </Alert>
)
