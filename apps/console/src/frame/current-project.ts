import { useParams } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import type { Project } from '@riposte/contract'
import { queries } from '../api/query.ts'

const key = 'riposte.project'

/** The project of the address, else the one last looked at, else the first. */
export function useCurrentProject(): Project | undefined {
  const { projectId } = useParams({ strict: false })
  const items = useQuery(queries.projects()).data?.items
  if (projectId) localStorage.setItem(key, projectId)
  const wanted = projectId ?? localStorage.getItem(key)
  return items?.find((project) => project.id === wanted) ?? items?.[0]
}
