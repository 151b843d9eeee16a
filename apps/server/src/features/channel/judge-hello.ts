/** What is known of an identity from its earlier hellos. */
export interface KnownIdentity {
  readonly runId: string | null
  readonly machineId: string | null
  /** The last hello of which we know that the agent heard the answer. */
  readonly confirmedHello: number
}

export interface StatedIdentity {
  readonly runId: string
  readonly machineId: string
  readonly lastHello: number
}

export type Judgement = { readonly is: 'one_host' } | { readonly is: 'two_hosts'; readonly why: string }

/** Whether it matters if an older connection still answers: asking takes time. */
export const needsChallenge = (known: KnownIdentity, stated: StatedIdentity): boolean =>
  known.runId !== null && (known.runId !== stated.runId || isBehind(known, stated))

const isBehind = (known: KnownIdentity, stated: StatedIdentity): boolean => stated.lastHello < known.confirmedHello

/**
 * Whether a hello shows that two hosts hold one key. Each single sign has an innocent cause: a restart makes a new run, a restored
 * backup sets the counter back, a new installation changes the machine id, a lost answer leaves the counter behind. Two together have
 * not.
 * @param other run of another connection that answered a challenge after this hello had come; null when nobody did
 */
export function judgeHello(known: KnownIdentity, stated: StatedIdentity, other: string | null): Judgement {
  const behind = isBehind(known, stated)
  if (other !== null && other !== stated.runId)
    return two('two agents with this identity were connected and alive at the same time')
  // The same process twice: its own second connection, unless its memory was copied along with the machine.
  if (other !== null && behind) return two('a copy of the running agent answered beside the first')
  if (behind && known.machineId !== null && known.machineId !== stated.machineId)
    return two(
      `it came back from another machine (${short(stated.machineId)} instead of ${short(known.machineId)}) and had not heard what the other one was told`,
    )
  return { is: 'one_host' }
}

const two = (why: string): Judgement => ({ is: 'two_hosts', why })
const short = (machineId: string): string => (machineId.length > 12 ? `${machineId.slice(0, 12)}…` : machineId)
