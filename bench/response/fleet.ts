import { startSimulation, type Simulation } from '../../apps/cli/src/simulate/run-simulate.ts'

/** Simulated agents in a process of their own, so that what they cost is not counted with what is measured. */
export interface FleetOrder {
  readonly agents: number
  readonly url: string
  readonly agentUrl: string
  readonly apiToken: string
}

let simulation: Simulation | null = null
process.on('message', (order: FleetOrder | 'stop') => {
  if (order === 'stop') {
    void simulation?.stop().then(() => process.exit(0))
    return
  }
  const settings = { ...order, instances: 0, projectToken: null, seconds: null }
  startSimulation(settings, () => undefined).then(
    (started) => {
      simulation = started
      process.send?.({ connected: started.counts().connected })
    },
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
