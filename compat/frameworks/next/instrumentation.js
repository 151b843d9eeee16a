/** Next.js runs this before anything of the app: the place for the SDK where no flag can be given. */
export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs' && process.env.BY_INSTRUMENTATION) await import('@riposte/monitor/register')
}
