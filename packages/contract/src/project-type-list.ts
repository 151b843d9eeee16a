/** `cloud`: a web application or API. `on_premise`: a desktop, command-line or IoT program. */
export const projectTypes = ['cloud', 'on_premise'] as const

export const environments = ['development', 'staging', 'production'] as const
