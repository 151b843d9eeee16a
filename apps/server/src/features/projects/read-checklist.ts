import type { Checklist } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'

type StepId = Checklist['steps'][number]['id']
type Times = Row & Record<StepId, Date | null>

const steps: readonly { id: StepId; title: string; how: string }[] = [
  {
    id: 'owner_account',
    title: 'Give the owner account a password',
    how: 'Choose e-mail and password, so that you can sign in without a link.',
  },
  {
    id: 'app_connected',
    title: 'Connect an app',
    how: 'The example shop connects by itself; your own app needs one import and a project token.',
  },
  { id: 'attack_seen', title: 'See an attack', how: 'Paste one of the attacks that npm start printed.' },
  { id: 'attack_blocked', title: 'See it blocked', how: 'The attack gets a 403 with the reference of its incident.' },
  {
    id: 'rule_changed',
    title: 'Answer with a rule of your own',
    how: 'Add a rule in Workflow: it is in force in every running app at once.',
  },
  {
    id: 'own_project',
    title: 'Protect your own app',
    how: 'Make a project in Settings and hand its token to your app.',
  },
  {
    id: 'first_device',
    title: 'Put a device under protection',
    how: 'Add one in Devices: one command installs the agent there.',
  },
  {
    id: 'second_member',
    title: 'Have a second member come in',
    how: 'Invite one in Settings, Members: what destroys needs the approval of somebody else.',
  },
  {
    id: 'first_response',
    title: 'Complete a response',
    how: 'Open a device and press Respond…; once approved, its agent does it and proves it.',
  },
]

/** Ticked by what really happened, not by a click. */
export async function readChecklist(db: Queryable, organisationId: string): Promise<Checklist> {
  const [times] = await db.query<Times>(
    `select
       (select min(at) from audit_entry where organisation_id = $1 and action = 'member.updated' and (details->>'passwordChanged')::boolean) as owner_account,
       (select min((i.report->>'startedAt')::timestamptz) from instance i join project p on p.id = i.project_id where p.organisation_id = $1) as app_connected,
       (select min(received_at) from incident i join project p on p.id = i.project_id where p.organisation_id = $1) as attack_seen,
       (select min(received_at) from incident i join project p on p.id = i.project_id where p.organisation_id = $1 and 'block' = any(i.actions)) as attack_blocked,
       (select min(at) from audit_entry where organisation_id = $1 and action like 'rule.%') as rule_changed,
       (select min(at) from audit_entry where organisation_id = $1 and action = 'project.created' and actor->>'kind' <> 'system') as own_project,
       (select min(enrolled_at) from device where organisation_id = $1) as first_device,
       (select min(at) from audit_entry where organisation_id = $1 and action = 'member.signed_in'
          and actor->>'id' <> (select id::text from member where organisation_id = $1 order by created_at, id limit 1)) as second_member,
       (select min(finished_at) from response where organisation_id = $1 and status = 'completed') as first_response`,
    [organisationId],
  )
  return { steps: steps.map((step) => ({ ...step, doneAt: times?.[step.id]?.toISOString() ?? null })) }
}
