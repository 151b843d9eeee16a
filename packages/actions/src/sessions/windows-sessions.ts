export interface WindowsSession {
  readonly user: string
  readonly id: string
}

/** `quser` prints columns of fixed width; a disconnected session has no name, so the id is the first number after the user. */
export const parseQuser = (text: string): WindowsSession[] =>
  text
    .split(/\r?\n/)
    .slice(1)
    .flatMap((line) => {
      const [, user, id] = /^[ >](\S{1,64})\s+(?:\S{1,64}\s+)?(\d{1,10})\s+\S/.exec(line) ?? []
      return user === undefined || id === undefined ? [] : [{ user, id }]
    })
