import type { OpenSources } from '../../catalogue/open-sources.js'
import { HubMetrics } from '../../telemetry/metrics.js'
import { startTraces } from '../../telemetry/start-traces.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import type { HubEngine } from './engine.js'
import type { HubStart } from './options.js'

/** Opens the metrics and, if the environment names a collector, the traces. */
export async function startTelemetry(
  { config, environment, log, undo }: HubStart,
  { engine, anonymousEngine }: HubEngine,
  sources: OpenSources,
): Promise<Telemetry> {
  const traces = await startTraces(environment.variables, log)
  if (traces !== undefined) undo.add(() => traces.close())
  const metrics = new HubMetrics({
    engine: () => {
      const loads = [engine, anonymousEngine].map(({ admission }) => admission.load)
      return { running: sum(loads.map(({ running }) => running)), waiting: sum(loads.map(({ waiting }) => waiting)) }
    },
    sources: () => config.spokes.map(({ id }) => [id, sources.status(id)]),
  })
  return { metrics, ...(traces ? { traces } : {}) }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
