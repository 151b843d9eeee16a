/** The app's frames: ours and Node's own say nothing. */
export function captureStack(): string[] {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error('where').stack ?? ''
  Error.stackTraceLimit = before
  return stack
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^at /, ''))
    .filter(
      (line) =>
        !line.includes('node:') &&
        !/@riposte[\\/]monitor|packages[\\/]monitor[\\/](?:dist|src[\\/](?:core|sinks|sources|respond))/.test(line),
    )
}
