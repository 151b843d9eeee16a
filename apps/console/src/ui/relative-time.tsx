import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

export function formatRelative(at: number, now: number): string {
  const difference = at - now
  if (Math.abs(difference) < 5_000) return 'now'
  const [unit, size] = units.find(([, size]) => Math.abs(difference) >= size) ?? ['second', 1_000]
  return relative.format(Math.round(difference / size), unit)
}

/** Relative, with the exact time and zone on hover and for assistive technology. */
export function RelativeTime({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000)
    return () => clearInterval(timer)
  }, [])
  const time = new Date(at)
  return (
    <Tooltip label={exact.format(time)} openDelay={300}>
      <time dateTime={at}>{formatRelative(time.getTime(), now)}</time>
    </Tooltip>
  )
}
