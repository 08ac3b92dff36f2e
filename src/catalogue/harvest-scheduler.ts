import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Log, Source } from '../connector/source.js'
import { BadUserInput } from '../errors.js'
import { harvestSpoke } from './harvest-spoke.js'
import type { HarvestRunRow } from './rows.js'

interface HarvestSchedulerOptions {
  readonly knex: Knex
  /** By spoke id. */
  readonly sources: ReadonlyMap<string, Pick<Source, 'harvest'>>
  /** From the end of a harvest to the start of the next; give or take a tenth, so that hubs and spokes do not fall into step. */
  readonly intervalMs: number
  readonly log: Log
  /** Told of each run whose end this hub has seen. */
  readonly onEnd?: (run: HarvestRunRow) => void
  /** See `HarvestOptions`. */
  readonly timeoutMs?: number
}

/** Keeps the catalogue current: each spoke is harvested on its own, so one that hangs, is down or answers rubbish holds up no other. */
export class HarvestScheduler {
  readonly #options: HarvestSchedulerOptions
  readonly #stopping = new AbortController()
  readonly #underWay = new Set<Promise<unknown>>()
  /** The harvests of this process, by spoke. */
  readonly #harvests = new Map<string, Promise<HarvestRunRow>>()

  constructor(options: HarvestSchedulerOptions) {
    this.#options = options
  }

  /** Harvests every spoke now, and then again and again. Returns at once. */
  start(): void {
    for (const spokeId of this.#options.sources.keys()) void this.#track(this.#repeat(spokeId))
  }

  /**
   * Harvests one spoke and answers with the finished run; joins the harvest that this hub has under way. Where another hub has, answers with
   * its run, still RUNNING.
   * @throws BadUserInput for a spoke that is not configured; SOURCE_UNAVAILABLE where the database cannot be reached.
   */
  async harvestNow(spokeId: string): Promise<HarvestRunRow> {
    const source = this.#options.sources.get(spokeId)
    if (source === undefined) throw new BadUserInput('There is no spoke of this id.')
    const { knex, log, timeoutMs, onEnd = () => undefined } = this.#options
    const options = { knex, spokeId, source, signal: this.#stopping.signal, log, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
    const underWay = this.#harvests.get(spokeId)
    if (underWay !== undefined) return underWay
    const harvest = this.#track(harvestSpoke(options).finally(() => this.#harvests.delete(spokeId)))
    harvest.then((run) => run.status !== 'RUNNING' && onEnd(run), () => undefined)
    this.#harvests.set(spokeId, harvest)
    return harvest
  }

  /** Ends what is under way, as FAILED, and waits for it to be written down. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the hub is stopping'))
    await Promise.allSettled(this.#underWay)
  }

  async #repeat(spokeId: string): Promise<void> {
    const { log, intervalMs } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.harvestNow(spokeId).then(
        ({ id, status, created, updated, removed, failed }) =>
          log.info({ spoke: spokeId, run: id, status, created, updated, removed, failed }, 'harvested'),
        (error: unknown) => log.error({ spoke: spokeId, reason: String(error) }, 'a harvest could not be run'),
      )
      await delay(intervalMs * (0.9 + 0.2 * Math.random()), undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
    return tracked
  }
}
