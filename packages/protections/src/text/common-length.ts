/** How far two texts agree from an index of the second on. */
export function commonLength(wanted: string, text: string, at: number): number {
  let length = 0
  while (length < wanted.length && wanted.charCodeAt(length) === text.charCodeAt(at + length)) length += 1
  return length
}

/** How far two texts agree backwards from an end in the second. */
export function commonEndLength(wanted: string, text: string, end: number): number {
  let length = 0
  while (
    length < wanted.length &&
    length < end &&
    wanted.charCodeAt(wanted.length - 1 - length) === text.charCodeAt(end - 1 - length)
  )
    length += 1
  return length
}
