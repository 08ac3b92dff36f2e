import type { CatalogueEvent } from '../connector/catalogue.js'
import type { Health, Source } from '../connector/source.js'
import { type DialsError, SourceUnreachable } from '../errors.js'
import { CircuitBreaker } from './circuit-breaker.js'

/** SpokeStatus of API.graphql; UNKNOWN until the source was first asked. */
export type SpokeStatus = 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN'

interface Entry {
  readonly connector: string
  readonly source: Source
  health: Health['status'] | undefined
  harvestFailed: boolean
  /** Of the asking under way. */
  asking: Promise<void> | undefined
  readonly breaker: CircuitBreaker
  /** Records how a request to the source ended: without an error, or with one of the source. Only SourceUnreachable counts against it. */
  observed(error: DialsError | undefined): void
  admits(): boolean
}

const healthEveryMs = 15_000
const healthMsMax = 5_000

/** The sources of this hub, opened, and what is known of their state: from scans, from harvests, and from asking now and then. */
export class OpenSources {
  readonly #entries = new Map<string, Entry>()
  #onBack: (spokeId: string) => void = () => undefined

  add(spokeId: string, connector: string, source: Source): void {
    const breaker = new CircuitBreaker()
    const entry: Entry = {
      connector,
      source,
      breaker,
      admits: () => breaker.admits(),
      health: undefined,
      harvestFailed: false,
      asking: undefined,
      observed: (error) => {
        // A timeout may be due to a query's short time, so it counts neither way.
        if (error instanceof SourceUnreachable) breaker.failed()
        else if (error?.code !== 'SOURCE_TIMEOUT') breaker.succeeded()
        if (error === undefined) this.#note(spokeId, entry, 'UP')
        else this.#ask(spokeId, entry)
      },
    }
    this.#entries.set(spokeId, entry)
  }

  get(spokeId: string): Entry | undefined {
    return this.#entries.get(spokeId)
  }

  /** DOWN: it does not answer. DEGRADED: it does, but its last harvest failed, or it says so itself. */
  status(spokeId: string): SpokeStatus {
    const entry = this.#entries.get(spokeId)
    if (entry?.health === undefined) return 'UNKNOWN'
    return entry.health === 'UP' && entry.harvestFailed ? 'DEGRADED' : entry.health
  }

  /** A spoke process of this hub listens, or has ended. */
  tell(spokeId: string, listening: boolean): void {
    const entry = this.#entries.get(spokeId)
    if (entry !== undefined) this.#note(spokeId, entry, listening ? 'UP' : 'DOWN')
  }

  /** For the harvest: the same sources, whose success and failure is noted. */
  harvestable(): ReadonlyMap<string, Pick<Source, 'harvest'>> {
    return new Map(
      [...this.#entries].map(([spokeId, entry]) => [
        spokeId,
        { harvest: (cursor, signal) => this.#harvestNoting(spokeId, entry, cursor, signal) },
      ]),
    )
  }

  /**
   * Asks every source how it is, now and every 15 seconds, until the answer is called.
   * @param onBack told of a source that answers again and whose last harvest failed: the next would be long in coming.
   */
  watch(onBack: (spokeId: string) => void): () => void {
    this.#onBack = onBack
    const ask = () => {
      for (const [spokeId, entry] of this.#entries) this.#ask(spokeId, entry)
    }
    ask()
    const timer = setInterval(ask, healthEveryMs).unref()
    return () => {
      clearInterval(timer)
      this.#onBack = () => undefined
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map(({ source }) => source.close()))
  }

  #ask(spokeId: string, entry: Entry): void {
    entry.asking ??= entry.source
      .health(AbortSignal.timeout(healthMsMax))
      .then(
        ({ status }) => status,
        () => 'DOWN' as const,
      )
      .then((status) => {
        entry.asking = undefined
        this.#note(spokeId, entry, status)
      })
  }

  #note(spokeId: string, entry: Entry, health: Health['status']): void {
    if (health === 'UP' && entry.health !== 'UP') entry.breaker.succeeded()
    const back = health === 'UP' && entry.health !== 'UP' && entry.harvestFailed
    entry.health = health
    if (back) this.#onBack(spokeId)
  }

  async *#harvestNoting(spokeId: string, entry: Entry, cursor: string | undefined, signal: AbortSignal): AsyncGenerator<CatalogueEvent> {
    let read = false
    try {
      for await (const event of entry.source.harvest(cursor, signal)) {
        read ||= event.kind === 'complete'
        yield event
      }
      read = true
    } finally {
      // Whoever reads this goes at `complete`, or when it has taken too long: after the loop, nothing would run.
      entry.harvestFailed = !read
      if (read) this.#note(spokeId, entry, 'UP')
      else this.#ask(spokeId, entry)
    }
  }
}
