/** The time as a decision sees it: passed in, so that a test need not wait. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
