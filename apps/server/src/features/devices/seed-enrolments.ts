import { createToken } from './enrolment-tokens.ts'

/** Tokens for the devices that the first start brings along, by their names. */
export async function seedEnrolments(
  parts: Parameters<typeof createToken>[0],
  organisationId: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  const by = { organisationId, actor: { kind: 'system' as const, id: null, name: 'first start' } }
  const tokens: Record<string, string> = {}
  for (const name of names) {
    const wish = { note: name, groups: ['lab'], tags: [], hours: 24 }
    tokens[name] = (await createToken(parts, by, wish)).token
  }
  return tokens
}
