export interface Failure {
  readonly code: string
  readonly message: string
}

/** Why the program did not start, and the way out. */
export function describeFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return { code: 'failed', message }
  if (code === 'EADDRINUSE')
    return { code, message: `${message}. End the program that uses it, or set RIPOSTE_PORT to a free port.` }
  if (['EACCES', 'EROFS', 'EPERM', 'ENOENT', 'ENOTDIR', 'ENOSPC'].includes(code))
    return { code, message: `${message}. Set RIPOSTE_DATA_DIR to a folder that can be written.` }
  if (['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', '28P01', '3D000'].includes(code))
    return { code, message: `The database of RIPOSTE_DATABASE_URL does not let us in: ${message}` }
  return { code, message }
}
