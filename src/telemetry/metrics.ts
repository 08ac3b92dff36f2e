import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { errorCodes } from '../errors.js'

/** The outcome of a GraphQL operation. */
export interface OperationEnd {
  readonly kind: 'query' | 'mutation' | 'subscription' | 'download' | 'unknown'
  /** The codes of its errors, in their order; empty if it succeeded. */
  readonly codes: readonly string[]
  readonly durationMs: number
}

/** The outcome of a scan. */
export interface ScanEnd {
  readonly spokeId: string
  /** `OK`, an error code, or `CANCELLED` if the query continued without it. */
  readonly outcome: string
  readonly bytes: number
  readonly durationMs: number
}

/** Values that are read only when metrics are requested. */
export interface Gauges {
  /** The engine's queries, now. */
  readonly engine: () => { readonly running: number; readonly waiting: number }
  /** The status of each source, by spoke. */
  readonly sources: () => Iterable<readonly [spokeId: string, status: string]>
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const statuses = ['UP', 'DEGRADED', 'DOWN', 'UNKNOWN']
const outcomes: readonly string[] = ['OK', 'CANCELLED', ...errorCodes]

/**
 * The metrics of one hub, for Prometheus, in a registry of its own. Labels come only from closed sets and from the configuration: a client
 * cannot add values, so nobody can make the metrics grow or put text into them.
 */
export class HubMetrics {
  readonly #registry = new Registry()
  readonly #operations = this.#histogram(
    'dials_operation_duration_seconds',
    'Operations of GraphQL and downloads, by kind and by OK or their first error code',
    ['kind', 'outcome'],
  )
  readonly #scans = this.#histogram('dials_scan_duration_seconds', 'Scans of sources, by spoke and by OK, an error code or CANCELLED', [
    'spoke',
    'outcome',
  ])
  readonly #scanBytes = new Counter({
    name: 'dials_scan_bytes_total',
    help: 'Bytes that scans of sources answered',
    labelNames: ['spoke'],
    registers: [this.#registry],
  })
  readonly #harvests = new Counter({
    name: 'dials_harvests_total',
    help: 'Harvests that ended, by spoke and status',
    labelNames: ['spoke', 'status'],
    registers: [this.#registry],
  })
  readonly #inFlight = new Gauge({
    name: 'dials_http_requests_in_flight',
    help: 'HTTP requests that are being answered',
    registers: [this.#registry],
  })

  constructor(gauges: Gauges) {
    const registers = [this.#registry]
    new Gauge({
      name: 'dials_source_status',
      help: '1 for the state that a source is in, 0 for the others',
      labelNames: ['spoke', 'status'],
      registers,
      collect() {
        this.reset()
        for (const [spoke, now] of gauges.sources()) for (const status of statuses) this.set({ spoke, status }, status === now ? 1 : 0)
      },
    })
    new Gauge({
      name: 'dials_engine_queries',
      help: 'Work of the engine: running, and waiting for a place',
      labelNames: ['state'],
      registers,
      collect() {
        for (const [state, count] of Object.entries(gauges.engine())) this.set({ state }, count)
      },
    })
    collectDefaultMetrics({ register: this.#registry })
  }

  /** Records an operation. */
  operation({ kind, codes: [outcome = 'OK'], durationMs }: OperationEnd): void {
    this.#operations.observe({ kind, outcome: known(outcome) }, durationMs / 1000)
  }

  /** Records a scan. */
  scan({ spokeId, outcome, bytes, durationMs }: ScanEnd): void {
    this.#scans.observe({ spoke: spokeId, outcome: known(outcome) }, durationMs / 1000)
    this.#scanBytes.inc({ spoke: spokeId }, bytes)
  }

  /** Records a harvest. */
  harvest(spokeId: string, status: string): void {
    this.#harvests.inc({ spoke: spokeId, status })
  }

  /** Records a request under way. Returns the function to call at its end. */
  request(): () => void {
    this.#inFlight.inc()
    return () => this.#inFlight.dec()
  }

  /** The content type of `text`. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** All metrics, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: secondsBuckets, registers: [this.#registry] })
  }
}

const known = (outcome: string) => (outcomes.includes(outcome) ? outcome : 'OTHER')
