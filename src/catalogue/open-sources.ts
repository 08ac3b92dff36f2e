import type { CatalogueEvent } from '../connector/catalogue.js'
import type { Health, Source } from '../connector/source.js'
import { type DialsError, SourceUnreachable } from '../errors.js'
import { CircuitBreaker } from './circuit-breaker.js'

/** `SpokeStatus` of graphql/surface.graphql; UNKNOWN until the source has first been checked. */
export type SpokeStatus = 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN'

interface Entry {
  readonly connector: string
  readonly source: Source
  /** Why nothing is asked of it, until an operator has looked. */
  stopped: string | undefined
  health: Health['status'] | undefined
  harvestFailed: boolean
  /** The health check under way. */
  checking: Promise<void> | undefined
  readonly breaker: CircuitBreaker
  /** Records how a request to the source ended: without an error, or with one of the source. Only SourceUnreachable counts against it. */
  observed(error: DialsError | undefined): void
  /** False while the circuit breaker of the source is open. */
  admits(): boolean
}

const checkEveryMs = 15_000
const checkMsMax = 5_000

/** The opened sources of this hub and their status, known from scans, from harvests and from regular health checks. */
export class OpenSources {
  readonly #entries = new Map<string, Entry>()
  #onBack: (spokeId: string) => void = () => undefined

  /** Adds a source, with a closed circuit breaker. */
  add(spokeId: string, connector: string, source: Source): void {
    const breaker = new CircuitBreaker()
    const entry: Entry = {
      connector,
      source,
      stopped: undefined,
      breaker,
      admits: () => breaker.admits(),
      health: undefined,
      harvestFailed: false,
      checking: undefined,
      observed: (error) => {
        // A timeout may be due to a query's short time, so it counts neither way.
        if (error instanceof SourceUnreachable) breaker.failed()
        else if (error?.code !== 'SOURCE_TIMEOUT') breaker.succeeded()
        if (error === undefined) this.#setHealth(spokeId, entry, 'UP')
        else this.#check(spokeId, entry)
      },
    }
    this.#entries.set(spokeId, entry)
  }

  get(spokeId: string): Entry | undefined {
    return this.#entries.get(spokeId)
  }

  /** DOWN: it does not answer. DEGRADED: it answers, but its last harvest failed or it reports so itself. */
  status(spokeId: string): SpokeStatus {
    const entry = this.#entries.get(spokeId)
    if (entry?.health === undefined) return 'UNKNOWN'
    return entry.health === 'UP' && entry.harvestFailed ? 'DEGRADED' : entry.health
  }

  /** Stops asking a source, or goes on. @param reason why it is asked no more, undefined to go on. */
  stop(spokeId: string, reason: string | undefined): void {
    const entry = this.#entries.get(spokeId)
    if (entry !== undefined) entry.stopped = reason
  }

  /** Records that a spoke process of this hub listens, or has ended. */
  setListening(spokeId: string, listening: boolean): void {
    const entry = this.#entries.get(spokeId)
    if (entry !== undefined) this.#setHealth(spokeId, entry, listening ? 'UP' : 'DOWN')
  }

  /** The same sources for the harvest; how each harvest ends is recorded here. */
  harvestable(): ReadonlyMap<string, Pick<Source, 'harvest'>> {
    return new Map(
      [...this.#entries].map(([spokeId, entry]) => [
        spokeId,
        { harvest: (cursor, signal) => this.#harvestRecording(spokeId, entry, cursor, signal) },
      ]),
    )
  }

  /**
   * Checks the health of every source, now and every 15 seconds, until the returned function is called.
   * @param onBack called with a source that answers again and whose last harvest failed: its next harvest may be an hour away.
   */
  watch(onBack: (spokeId: string) => void): () => void {
    this.#onBack = onBack
    const check = () => {
      for (const [spokeId, entry] of this.#entries) this.#check(spokeId, entry)
    }
    check()
    const timer = setInterval(check, checkEveryMs).unref()
    return () => {
      clearInterval(timer)
      this.#onBack = () => undefined
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map(({ source }) => source.close()))
  }

  #check(spokeId: string, entry: Entry): void {
    entry.checking ??= entry.source
      .health(AbortSignal.timeout(checkMsMax))
      .then(
        ({ status }) => status,
        () => 'DOWN' as const,
      )
      .then((status) => {
        entry.checking = undefined
        this.#setHealth(spokeId, entry, status)
      })
  }

  #setHealth(spokeId: string, entry: Entry, health: Health['status']): void {
    const isBack = health === 'UP' && entry.health !== 'UP'
    entry.health = health
    if (!isBack) return
    // A source that is back closes its breaker.
    entry.breaker.succeeded()
    if (entry.harvestFailed) this.#onBack(spokeId)
  }

  async *#harvestRecording(spokeId: string, entry: Entry, cursor: string | undefined, signal: AbortSignal): AsyncGenerator<CatalogueEvent> {
    let isRead = false
    try {
      for await (const event of entry.source.harvest(cursor, signal)) {
        isRead ||= event.kind === 'complete'
        yield event
      }
      isRead = true
    } finally {
      // The reader stops at `complete`, or when its time is over, so code after the loop might not run.
      entry.harvestFailed = !isRead
      if (isRead) this.#setHealth(spokeId, entry, 'UP')
      else this.#check(spokeId, entry)
    }
  }
}
