import * as z from 'zod'

export interface Written {
  readonly subject: string
  readonly text: string
  readonly html: string
}

const PasswordReset = z.object({
  name: z.string(),
  organisation: z.string(),
  /** Where a new password is chosen. */
  url: z.string().nullable(),
})
const Test = z.object({ by: z.string() })

/** Each message that is sent: what it needs to know, and what it says. Never why somebody was reset: that is for the console. */
const templates = {
  password_reset: write(PasswordReset, ({ name, organisation, url }) => ({
    subject: `${organisation}: please choose a new password`,
    paragraphs: [
      `Hello ${name},`,
      `The security team of ${organisation} asks you to choose a new password. Your present one is not accepted any more, or soon will not be.`,
      url === null ? 'You will be asked for a new password at your next sign-in.' : `Choose it here: ${url}`,
      'Nobody from the security team will ask you for your password. If this mail surprises you, call them by a number that you know.',
    ],
  })),
  test: write(Test, ({ by }) => ({
    subject: 'Riposte: mail works',
    paragraphs: [`${by} sent this mail to see whether Riposte can send mail. It can.`],
  })),
} as const

export type TemplateId = keyof typeof templates
export type TemplateData<Id extends TemplateId> = (typeof templates)[Id] extends {
  schema: infer Schema extends z.ZodType
}
  ? z.input<Schema>
  : never

/** @throws Error when the data is not what the template needs: a bug, not a message */
export function writeMessage(id: string, data: unknown): Written {
  if (!Object.hasOwn(templates, id)) throw new Error(`There is no message ${id}`)
  return templates[id as TemplateId].write(data)
}

function write<Schema extends z.ZodType>(
  schema: Schema,
  say: (data: z.output<Schema>) => { subject: string; paragraphs: readonly string[] },
): { schema: Schema; write: (data: unknown) => Written } {
  return {
    schema,
    write: (data) => {
      const { subject, paragraphs } = say(schema.parse(data))
      const lines = paragraphs.map(oneLine)
      return {
        subject: oneLine(subject).slice(0, 200),
        text: `${lines.join('\n\n')}\n`,
        html: `<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">${lines.map((line) => `<p>${linked(line)}</p>`).join('')}</body></html>`,
      }
    },
  }
}

/** Names come from files and directories: none of them makes a line, a header or a tag. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const linked = (line: string): string =>
  line
    .split(/(https?:\/\/\S+$)/)
    .map((part, index) => (index === 1 ? `<a href="${escapeHtml(part)}">${escapeHtml(part)}</a>` : escapeHtml(part)))
    .join('')
