/**
 * Whether a path matches a glob: `*` within a segment, `**` over segments. Linear in path times glob, whatever they hold: a table
 * of which beginnings of the glob match, carried along the path.
 */
export function matchesGlob(glob: string, path: string): boolean {
  const parts = glob.match(/\*\*|\*|[^*]/g) ?? []
  let row = Array.from({ length: parts.length + 1 }, () => false)
  row[0] = true
  closeStars(parts, row)
  for (const char of path) {
    const next = row.map(() => false)
    parts.forEach((part, index) => {
      const isStar = part === '**' || (part === '*' && char !== '/')
      // A star that took this character may take the next one as well.
      if (isStar && (row[index] || row[index + 1])) next[index + 1] = true
      else if (part === char && row[index]) next[index + 1] = true
    })
    closeStars(parts, next)
    row = next
  }
  return row[parts.length] ?? false
}

/** A star also stands for nothing. */
function closeStars(parts: readonly string[], row: boolean[]): void {
  parts.forEach((part, index) => {
    if ((part === '*' || part === '**') && row[index]) row[index + 1] = true
  })
}
