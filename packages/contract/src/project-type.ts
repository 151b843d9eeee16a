import * as z from 'zod'
import { environments, projectTypes } from './project-type-list.ts'

export const ProjectType = z.enum(projectTypes)
export type ProjectType = z.infer<typeof ProjectType>

export const Environment = z.enum(environments)
export type Environment = z.infer<typeof Environment>

export { environments, projectTypes } from './project-type-list.ts'
