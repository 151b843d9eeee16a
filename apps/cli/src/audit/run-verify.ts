import { Envelope } from '@riposte/contract'
import { createReadStream, readFileSync } from 'node:fs'
import * as z from 'zod'
import { verifyAudit } from './verify-audit.ts'

export interface VerifyArguments {
  readonly file: string
  readonly key?: string | undefined
  readonly anchor?: string | undefined
  readonly json: boolean
}

/** @returns the exit code: 0 only when everything holds, 1 when something does not, 2 when it cannot be read */
export async function runVerify(args: VerifyArguments, say: (text: string) => void): Promise<number> {
  try {
    const verdict = await verifyAudit(
      createReadStream(args.file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>,
      { key: args.key, anchors: args.anchor === undefined ? [] : readAnchors(args.anchor) },
    )
    if (args.json) say(`${JSON.stringify(verdict)}\n`)
    else if (verdict.holds) {
      say(
        `The audit log holds: ${verdict.entries} entries, ${verdict.checkpoints} checkpoints, exported ${verdict.exportedAt}.\n`,
      )
      say(`Last hash   ${verdict.hash}\nSealed by   ${verdict.key}\n`)
      if (args.key === undefined)
        say(
          'Compare that key with the one in Settings, or name it: --key FINGERPRINT. Without, a log that somebody rewrote whole under a key of their own would look the same.\n',
        )
    } else say(`The audit log does NOT hold. Line ${verdict.line}: ${verdict.message} (${verdict.code})\n`)
    return verdict.holds ? 0 : 1
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    say(args.json ? `${JSON.stringify({ error: message })}\n` : `${args.file} cannot be verified: ${message}\n`)
    return 2
  }
}

/** A checkpoint, or an answer of the API that holds several. */
function readAnchors(file: string): Envelope[] {
  const Anchors = z.union([
    Envelope.transform((envelope) => [envelope]),
    z.object({ envelope: Envelope }).transform(({ envelope }) => [envelope]),
    z
      .object({ items: z.array(z.object({ envelope: Envelope })).min(1) })
      .transform(({ items }) => items.map(({ envelope }) => envelope)),
  ])
  const parsed = Anchors.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file} holds no checkpoint`)
  return parsed.data
}
