import { Code, Text } from '@mantine/core'

/** A paragraph in which what stands between backticks is code. */
export const Prose = ({ children }: { children: string }) => (
  <Text size="sm">
    {children.split('`').map((part, index) => (index % 2 === 1 ? <Code key={index}>{part}</Code> : part))}
  </Text>
)
