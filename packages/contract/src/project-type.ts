import * as z from 'zod'

/** `cloud`: a web application or API. `on_premise`: a desktop, command-line or IoT program. */
export const projectTypes = ['cloud', 'on_premise'] as const
export const ProjectType = z.enum(projectTypes)
export type ProjectType = z.infer<typeof ProjectType>

export const environments = ['development', 'staging', 'production'] as const
export const Environment = z.enum(environments)
export type Environment = z.infer<typeof Environment>
