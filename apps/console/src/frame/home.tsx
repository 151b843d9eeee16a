import { useEffect } from 'react'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/query.ts'
import { paths } from '../paths.ts'
import { useCurrentProject } from './current-project.ts'
import { replace } from './navigate.ts'

export function Home() {
  const project = useCurrentProject()
  const loaded = useQuery(queries.projects()).isSuccess
  useEffect(() => {
    if (project) replace(paths.overview(project.id))
    else if (loaded) replace(paths.settings())
  }, [project, loaded])
  return null
}
