import type { Executor, Host } from '@riposte/actions'
import { responseActions } from '@riposte/actions/specs'
import type { Capability } from '@riposte/contract'

const mostMs = 20_000

/** What this host can do, and why not the rest: so that nobody is offered what would fail. */
export async function findCapabilities(
  host: Host,
  executorOf: (type: string) => Executor<unknown> | undefined,
): Promise<Capability[]> {
  const capabilities: Capability[] = []
  for (const { id } of responseActions) {
    const executor = executorOf(id)
    const why = executor === undefined ? 'This agent has nothing that does it' : await whyNot(executor, host)
    capabilities.push({ type: id, available: why === null, why: why?.slice(0, 500) ?? null })
  }
  return capabilities
}

async function whyNot(executor: Executor<unknown>, host: Host): Promise<string | null> {
  const late = new AbortController()
  try {
    return await Promise.race([
      executor.unavailable(host),
      host.sleep(mostMs, late.signal).then(() => 'The host did not tell in time'),
    ])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    late.abort()
  }
}
