/** Kernel interfaces and devices: nothing there is a file that could be moved. */
const noFiles = ['/proc', '/sys', '/dev']

/**
 * What is wrong with a path, and what would be right; null when it is one that means the same everywhere. Nothing is put right
 * silently: what people approved is what is opened.
 */
export const pathProblem = (
  path: string,
): { code: 'parameters_invalid' | 'protected_target'; message: string } | null => {
  const invalid = (message: string) => ({ code: 'parameters_invalid' as const, message })
  if (path.includes('\0')) return invalid('A path cannot hold a NUL character.')
  if (!path.isWellFormed()) return invalid('The path is not valid Unicode.')
  const windows = /^[A-Za-z]:[\\/]/.test(path)
  if (!windows && !path.startsWith('/'))
    return invalid('Give the whole path from the root, such as /srv/app/run.sh or C:\\Temp\\run.exe.')
  if (windows && /^[A-Za-z]:.*:/.test(path)) return invalid('Name the file itself, without a stream after a colon.')
  const parts = windows ? path.slice(3).split(/[\\/]/) : path.slice(1).split('/')
  if (parts.includes('..') || parts.includes('.'))
    return invalid('The path holds "." or ".."; give the one that it leads to.')
  if (parts.at(-1) === '') return invalid('The path ends like a folder; name a file.')
  if (parts.includes('')) return invalid('The path holds an empty part, as in "//"; leave one of the two out.')
  if (!windows && noFiles.some((folder) => path.startsWith(`${folder}/`)))
    return { code: 'protected_target', message: `${path} belongs to the kernel; only files on a disk can be moved.` }
  return null
}
