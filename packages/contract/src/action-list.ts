import type { projectTypes } from './project-type-list.ts'

type ProjectType = (typeof projectTypes)[number]

interface ActionDefinition {
  readonly id: string
  readonly title: string
  readonly summary: string
  /** Project types whose *console rules* may use it; null: not a choice of console rules. File and code may use every action. */
  readonly ruleFor: readonly ProjectType[] | null
}

/** Every answer to a threat, in the order in which several are carried out. */
export const actions = [
  {
    id: 'log',
    title: 'Log incident',
    summary: 'Records the incident with full context; the app continues.',
    ruleFor: ['cloud', 'on_premise'],
  },
  {
    id: 'block_session',
    title: 'Block session',
    summary: 'Refuses this session from now on, in every instance.',
    ruleFor: ['cloud'],
  },
  {
    id: 'block_ip',
    title: 'Block IP',
    summary: 'Refuses the source address from now on, in every instance.',
    ruleFor: ['cloud'],
  },
  {
    id: 'custom',
    title: 'Custom',
    summary: 'Runs a handler that the app registered.',
    ruleFor: null,
  },
  {
    id: 'block',
    title: 'Block request',
    summary: 'Stops the operation and answers 403 with a reference id.',
    ruleFor: ['cloud'],
  },
  {
    id: 'erase',
    title: 'Erase app data',
    summary: 'Erases configured secrets and files, then ends the process.',
    ruleFor: ['on_premise'],
  },
  { id: 'close', title: 'Close app', summary: 'Ends the process at once.', ruleFor: ['on_premise'] },
  {
    id: 'none',
    title: 'None',
    summary: 'Shadow mode: records what would have happened, nothing else.',
    ruleFor: null,
  },
] as const satisfies readonly ActionDefinition[]

export type ActionId = (typeof actions)[number]['id']
export const actionIds = actions.map((action) => action.id) as [ActionId, ...ActionId[]]

export type RuleActionChoice = { readonly action: ActionId } & ({ allowed: true } | { allowed: false; why: string })

const projectTypeName: Record<ProjectType, string> = { cloud: 'cloud', on_premise: 'on-premise' }

/** What a console rule of a project of this type may do, and why not where it may not. */
export function ruleActionChoices(projectType: ProjectType): RuleActionChoice[] {
  return actions.flatMap((action: ActionDefinition): RuleActionChoice[] => {
    if (action.ruleFor === null) return []
    const id = action.id as ActionId
    if (!action.ruleFor.includes(projectType)) {
      const owners = action.ruleFor.map((type) => projectTypeName[type]).join(' and ')
      return [
        {
          action: id,
          allowed: false,
          why: `Only ${owners} projects have “${action.title}”; this project is ${projectTypeName[projectType]}.`,
        },
      ]
    }
    return [{ action: id, allowed: true }]
  })
}
