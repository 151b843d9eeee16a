/** From worst to mildest; the order is the meaning. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const

type SeverityName = (typeof severities)[number]

export const isAtLeast = (severity: SeverityName, floor: SeverityName): boolean =>
  severities.indexOf(severity) <= severities.indexOf(floor)
