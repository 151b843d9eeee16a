import { Group, Text } from '@mantine/core'
import type { Severity } from '@riposte/contract'

/** Word first, then shape, then colour: each is enough alone. */
const looks: Record<Severity, { word: string; color: string; shape: string }> = {
  critical: { word: 'Critical', color: 'light-dark(#b3122a, #ff7d8c)', shape: 'M6 0 12 6 6 12 0 6z' },
  high: { word: 'High', color: 'light-dark(#a84300, #ffa365)', shape: 'M6 1 12 11 0 11z' },
  medium: { word: 'Medium', color: 'light-dark(#7a5c00, #f0c94d)', shape: 'M1 1h10v10H1z' },
  low: { word: 'Low', color: 'light-dark(#14588f, #7cc0f5)', shape: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z' },
  info: {
    word: 'Info',
    color: 'light-dark(#55606a, #a2adb8)',
    shape: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  },
}

export function SeverityLabel({ severity }: { severity: Severity }) {
  const { word, color, shape } = looks[severity]
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <svg width="10" height="10" viewBox="0 0 12 12" aria-hidden="true" style={{ flex: 'none' }}>
        <path d={shape} fill={color} fillRule="evenodd" />
      </svg>
      <Text span size="sm" fw={600} style={{ color }}>
        {word}
      </Text>
    </Group>
  )
}
