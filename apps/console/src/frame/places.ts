import type { Permission, Project } from '@riposte/contract'
import { paths } from '../paths.ts'

export interface Place {
  readonly label: string
  readonly href: string
  /** Two keys that lead here. */
  readonly keys: string | null
  readonly needs?: Permission
}

/** Every page that the navigation, the keys and the search know. */
export function placesOf(project: Project | undefined): Place[] {
  return [
    ...(project
      ? [
          { label: 'Overview', href: paths.overview(project.id), keys: 'g o' },
          { label: 'Incidents', href: paths.incidents(project.id), keys: 'g i' },
          { label: 'Workflow', href: paths.workflow(project.id), keys: 'g w' },
        ]
      : []),
    { label: 'Devices', href: paths.devices(), keys: 'g d' },
    { label: 'Approvals', href: paths.approvals(), keys: 'g a' },
    { label: 'Response history', href: paths.history(), keys: 'g r' },
    { label: 'Evidence', href: paths.evidence(), keys: 'g e', needs: 'evidence.read' },
    { label: 'People', href: paths.people(), keys: 'g p', needs: 'people.read' },
    { label: 'Scripts', href: paths.scripts(), keys: 'g s' },
    { label: 'Settings', href: paths.settings(), keys: null },
    { label: 'Settings: Response Automation', href: paths.settings('response-automation'), keys: null },
    { label: 'Settings: Members', href: paths.settings('members'), keys: null },
    { label: 'Settings: Account and sessions', href: paths.settings('account'), keys: null },
  ]
}

/** Each word of what is typed begins a word of the label, or stands in it. */
export const matches = (label: string, text: string): boolean => {
  const low = label.toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word))
}
