/** A value in an error message: whole when short, cut when long, always one line. */
export function describe(value: unknown): string {
  // Of what JSON does not know, such as undefined, the type is all there is to say.
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
