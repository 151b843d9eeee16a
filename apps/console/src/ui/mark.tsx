import { Group, Text } from '@mantine/core'

const shapes = {
  dot: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z',
  ring: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  half: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 2v6a3 3 0 0 1 0-6z',
  diamond: 'M6 0 12 6 6 12 0 6z',
  triangle: 'M6 1 12 11 0 11z',
  square: 'M1 1h10v10H1z',
  check: 'M4.5 11 0 6.5 1.8 4.7 4.5 7.4 10.2 1.7 12 3.5z',
  cross: 'M2 .5 6 4.4 10 .5 11.5 2 7.6 6l3.9 4-1.5 1.5L6 7.6 2 11.5.5 10 4.4 6 .5 2z',
  dash: 'M1 4.8h10v2.4H1z',
  play: 'M2 0 12 6 2 12z',
} as const
export type Shape = keyof typeof shapes

const tones = {
  good: 'light-dark(#146c3c, #74d6a0)',
  bad: 'light-dark(#b3122a, #ff8794)',
  warn: 'light-dark(#8a4600, #ffb066)',
  info: 'light-dark(#14588f, #7cc0f5)',
  quiet: 'var(--quiet)',
} as const
export type Tone = keyof typeof tones

export interface Look {
  readonly word: string
  readonly shape: Shape
  readonly tone: Tone
}

export const toneColor = (tone: Tone): string => tones[tone]

export const ShapeIcon = ({ shape, size = 10 }: { shape: Shape; size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" style={{ flex: 'none' }}>
    <path d={shapes[shape]} fill="currentColor" fillRule="evenodd" />
  </svg>
)

/** A word, a shape and a colour: each is enough alone. */
export const Mark = ({ look, detail }: { look: Look; detail?: string | undefined }) => (
  <Group gap={6} wrap="nowrap" component="span" style={{ color: tones[look.tone], display: 'inline-flex' }}>
    <ShapeIcon shape={look.shape} />
    <Text span size="sm" fw={600} style={{ whiteSpace: 'nowrap' }}>
      {look.word}
      {detail === undefined ? '' : `: ${detail}`}
    </Text>
  </Group>
)
