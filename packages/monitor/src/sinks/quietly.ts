/** Runs the work without the warnings that Node raises about features that the app itself has not asked for. */
export function quietly<T>(work: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning') as PropertyDescriptor
  process.emitWarning = () => undefined
  try {
    return work()
  } finally {
    Object.defineProperty(process, 'emitWarning', own)
  }
}
