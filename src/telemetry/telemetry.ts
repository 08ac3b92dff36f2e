import type { HubMetrics } from './metrics.js'
import type { Traces } from './traces.js'

/** Where a hub records what it does. Without `traces` nothing is traced. */
export interface Telemetry {
  readonly metrics: HubMetrics
  readonly traces?: Traces
}
