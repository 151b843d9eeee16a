/** What a part of a text does that instructions to a model do. */
export const features = {
  override: 'sets earlier instructions aside',
  extract: 'asks for what the model was told in confidence',
  secret: 'asks for passwords or keys',
  role: 'gives the model another role',
  unbound: 'says that no rules hold any more',
  authority: 'claims to speak for the system or its makers',
  fresh: 'gives new instructions',
  addressed: 'speaks to an assistant that reads it',
  carryOut: 'has data sent somewhere',
  tools: 'has tools used',
  conceal: 'asks that somebody not be told',
  steer: 'says what the answer has to be',
  turn: 'imitates another turn of the conversation',
  template: 'holds the marks that part messages for a model',
  boundary: 'ends what the app put around it',
  disguise: 'is written so that people or filters do not see it',
} as const
export type Feature = keyof typeof features

export interface Hit {
  readonly feature: Feature
  /** 0 to 1: how sure this alone makes. */
  readonly weight: number
  readonly start: number
  readonly end: number
}

/** One of each feature counts, the surest; they add up as independent witnesses do. */
export function scoreOf(hits: readonly Hit[]): number {
  const best = new Map<Feature, number>()
  for (const { feature, weight } of hits) best.set(feature, Math.max(best.get(feature) ?? 0, weight))
  let doubt = 1
  for (const weight of best.values()) doubt *= 1 - weight
  return 1 - doubt
}
