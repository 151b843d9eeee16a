import { Badge, NavLink, Text } from '@mantine/core'
import type { Project } from '@riposte/contract'
import { useLocation } from '@tanstack/react-router'
import { paths } from '../paths.ts'
import { DisabledReason } from '../ui/disabled-reason.tsx'
import { go } from './navigate.ts'
import { openCommandLine } from './respond.ts'

/** The rooms of the console. What is not in this version says so. */
export function Navigation({
  project,
  waiting,
  done,
}: {
  project: Project | undefined
  waiting: number
  done: () => void
}) {
  const { pathname } = useLocation()
  const isApprovals = pathname === paths.approvals()
  const entry = (label: string, href: string, options: { within?: string; badge?: number; inner?: boolean } = {}) => {
    const badge = options.badge ?? 0
    return (
      <NavLink
        key={label}
        component="a"
        href={href}
        label={label}
        aria-label={badge > 0 ? `${label}, ${badge} waiting for you` : undefined}
        {...(options.inner ? { pl: 'xl' } : {})}
        active={
          pathname === href.split('?')[0] || (options.within !== undefined && pathname.startsWith(options.within))
        }
        rightSection={
          badge > 0 ? (
            <Badge size="sm" circle={badge < 10}>
              {badge}
            </Badge>
          ) : undefined
        }
        onClick={(event: React.MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          done()
          go(href)
        }}
      />
    )
  }
  const later = (label: string) => (
    <DisabledReason key={label} why="Not in this version">
      <Text size="sm" px="sm" py={8} className="quiet">
        {label}
      </Text>
    </DisabledReason>
  )
  return (
    <>
      {project
        ? [
            entry('Overview', paths.overview(project.id)),
            entry('Incidents', paths.incidents(project.id), { within: '/incidents/' }),
            entry('Workflow', paths.workflow(project.id)),
          ]
        : null}
      {later('Firewall')}
      {entry('Devices', paths.devices(), { within: '/devices/' })}
      {later('Detections')}
      {later('Investigations')}
      <Text size="xs" fw={600} className="quiet" px="sm" pt={8} id="nav-response-actions">
        Response Actions
      </Text>
      <div role="group" aria-labelledby="nav-response-actions">
        {entry('Approvals', paths.approvals(), { badge: waiting, inner: true, within: '/requests/' })}
        {entry('History', paths.history(), { inner: true, ...(isApprovals ? {} : { within: '/responses/' }) })}
        {entry('Evidence', paths.evidence(), { inner: true, within: '/evidence/' })}
        <NavLink
          component="button"
          type="button"
          label="Console"
          pl="xl"
          description="press :"
          onClick={() => {
            done()
            openCommandLine()
          }}
        />
      </div>
      {entry('People', paths.people(), { within: '/people/' })}
      {entry('Scripts', paths.scripts(), { within: '/scripts/' })}
      {later('Reports')}
      {entry('Settings', paths.settings())}
    </>
  )
}
