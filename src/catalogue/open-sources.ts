import type { CatalogueEvent } from '../connector/catalogue.js'
import type { Health, Source } from '../connector/source.js'
import type { DialsError } from '../errors.js'

export type SpokeStatus = 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN'

interface Entry {
  readonly connector: string
  readonly source: Source
  health: Health['status'] | undefined
  harvestFailed: boolean
  observed(error: DialsError | undefined): void
}

const healthEveryMs = 15_000
const healthMsMax = 5_000

/** The sources of this hub, opened, and what is known of their state: from scans, from harvests, and from asking now and then. */
export class OpenSources {
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined

  add(spokeId: string, connector: string, source: Source): void {
    const entry: Entry = {
      connector,
      source,
      health: undefined,
      harvestFailed: false,
      observed: (error) => { entry.health = error === undefined ? 'UP' : 'DOWN' },
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

  /** For the harvest: the same sources, whose success and failure is noted. */
  harvestable(): ReadonlyMap<string, Pick<Source, 'harvest'>> {
    return new Map([...this.#entries].map(([spokeId, entry]) => [spokeId, { harvest: (cursor, signal) => harvestNoting(entry, cursor, signal) }]))
  }

  /** Asks every source how it is, now and every 15 seconds. */
  watch(): void {
    const ask = () => {
      for (const entry of this.#entries.values()) {
        void entry.source.health(AbortSignal.timeout(healthMsMax)).then(({ status }) => { entry.health = status }, () => { entry.health = 'DOWN' })
      }
    }
    ask()
    this.#timer = setInterval(ask, healthEveryMs)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.allSettled([...this.#entries.values()].map(({ source }) => source.close()))
  }
}

async function* harvestNoting(entry: Entry, cursor: string | undefined, signal: AbortSignal): AsyncGenerator<CatalogueEvent> {
  try {
    yield* entry.source.harvest(cursor, signal)
    entry.harvestFailed = false
    entry.health = 'UP'
  } catch (thrown) {
    entry.harvestFailed = true
    throw thrown
  }
}
