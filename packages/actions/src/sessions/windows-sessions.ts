export interface WindowsSession {
  readonly user: string
  readonly id: string
  /** Such as `console` or `rdp-tcp#4`; null of one that is disconnected. */
  readonly name: string | null
  /** The session in which it was asked. */
  readonly own: boolean
}

/** `quser` prints columns of fixed width; a disconnected session has no name, so the id is the first number after the user. */
export const parseQuser = (text: string): WindowsSession[] =>
  text
    .split(/\r?\n/, 2_000)
    .slice(1)
    .flatMap((line) => {
      const [, mark, user, name, id] =
        /^([ >])(\S{1,64})\s+(?:(\S{1,64})\s+)?(\d{1,10})\s+\S/.exec(line.slice(0, 512)) ?? []
      return user === undefined || id === undefined ? [] : [{ user, id, name: name ?? null, own: mark === '>' }]
    })
