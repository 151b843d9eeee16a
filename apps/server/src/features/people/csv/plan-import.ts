import type { CsvError, PersonSource } from '@riposte/contract'
import type { CsvPerson } from './read-people-csv.ts'

/** What is known of a person that a line may mean. */
export interface Known {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly user_name: string | null
  readonly department: string | null
  readonly manager: string | null
  readonly external_id: string | null
  readonly source: PersonSource
  readonly active: boolean
}

/** A person as it will be. `id` null: a new one. */
export type Planned = Omit<Known, 'id' | 'source'> & { readonly id: string | null; readonly line: number }

export interface ImportPlan {
  readonly create: readonly Planned[]
  readonly update: readonly Planned[]
  readonly unchanged: number
  readonly errors: readonly CsvError[]
}

/** What a file does to the people who are there: found by external id, else by e-mail. Doing it twice changes nothing the second time. */
export function planImport(people: readonly CsvPerson[], known: readonly Known[]): ImportPlan {
  const byEmail = new Map(known.map((person) => [person.email, person]))
  const byUserName = new Map(
    known.flatMap((person) => (person.user_name === null ? [] : [[person.user_name.toLowerCase(), person] as const])),
  )
  const byExternalId = new Map(
    known.flatMap((person) =>
      person.external_id === null || !isOurs(person) ? [] : [[person.external_id, person] as const],
    ),
  )
  const create: Planned[] = []
  const update: Planned[] = []
  const errors: CsvError[] = []
  let unchanged = 0
  for (const line of people) {
    const same =
      (typeof line.external_id === 'string' ? byExternalId.get(line.external_id) : undefined) ?? byEmail.get(line.email)
    const planned = merge(line, same)
    const taken = findTaken(planned, byEmail, byUserName, byExternalId)
    if (same && isUnchanged(same, planned)) unchanged += 1
    else if (same && !isOurs(same))
      errors.push({
        line: line.line,
        column: 'email',
        code: 'managed_elsewhere',
        message: `${same.email} is kept in ${same.source === 'scim' ? 'an identity provider' : 'an LDAP directory'}`,
        allowed: 'to change it there, and leave the line out',
      })
    else if (taken)
      errors.push({
        line: line.line,
        column: taken,
        code: 'taken',
        message: `Somebody else has that ${taken}`,
        allowed: `a ${taken} of this person alone`,
      })
    else if (same) update.push(planned)
    else create.push(planned)
  }
  return { create, update, unchanged, errors }
}

const isOurs = (person: Known): boolean => person.source === 'manual' || person.source === 'csv'

const keep = <T>(given: T | undefined, there: T | undefined, standard: T): T =>
  given === undefined ? (there ?? standard) : given

const merge = (line: CsvPerson, same: Known | undefined): Planned => ({
  id: same?.id ?? null,
  line: line.line,
  name: line.name,
  email: line.email,
  user_name: keep(line.user_name, same?.user_name, null),
  department: keep(line.department, same?.department, null),
  manager: keep(line.manager, same?.manager, null),
  external_id: keep(line.external_id, same?.external_id, null),
  active: keep(line.active, same?.active, true),
})

const compared = ['name', 'email', 'user_name', 'department', 'manager', 'external_id', 'active'] as const
const isUnchanged = (known: Known, planned: Planned): boolean => compared.every((key) => known[key] === planned[key])

type Index = ReadonlyMap<string, Known>
/** Somebody else has it now. That they lose it by the same file does not count: lines do not depend on each other. */
function findTaken(planned: Planned, byEmail: Index, byUserName: Index, byExternalId: Index): string | null {
  const other = (found: Known | undefined): boolean => found !== undefined && found.id !== planned.id
  if (other(byEmail.get(planned.email))) return 'email'
  if (planned.user_name !== null && other(byUserName.get(planned.user_name.toLowerCase()))) return 'user_name'
  return planned.external_id !== null && other(byExternalId.get(planned.external_id)) ? 'external_id' : null
}
