import { setTimeout as delay } from 'node:timers/promises'
import type { JobHelpers, TaskList } from 'graphile-worker'
import type { Knex } from 'knex'
import type pg from 'pg'
import type { Log, Source } from '../connector/source.js'
import { databaseError } from '../database/database-error.js'
import { BadUserInput, SourceUnavailable } from '../errors.js'
import { QueueWorker } from '../queue/queue-worker.js'
import type { HarvestLimits } from './harvest-limits.js'
import { type HarvestJob, harvestTask, isDue, isQueued, type Occasion, queueHarvest } from './harvest-queue.js'
import { closeAbandonedRuns, latestEndedRun, latestRun } from './harvest-run.js'
import { harvestSpoke } from './harvest-spoke.js'
import type { HarvestRunRow } from './rows.js'
import { Semaphore } from './semaphore.js'

/** Transactions that harvests may have open at once, so that readers always find a connection. */
const writesAtOnce = 3

/** After so many attempts that could not be run, the spoke's next turn is at its interval, as if it had been. */
const attemptsMax = 6

/**
 * So long may the database be away before whoever waits for a harvest is told: a connection that it ended is not the end of the harvest.
 */
const awayMsMax = 2_000

interface HarvestSchedulerOptions {
  readonly knex: Knex
  /** How the queue connects to the same database. */
  readonly connection: () => pg.ClientConfig
  /** By spoke id. */
  readonly sources: ReadonlyMap<string, Pick<Source, 'harvest'>>
  /** From the end of a harvest to the start of the next; give or take a tenth, so that hubs and spokes do not fall into step. */
  readonly intervalMs: number
  /** Harvests under way at once in this hub. One that hangs holds its place until its time is over. Default 50. */
  readonly atOnce?: number
  /** By spoke id; see `HarvestOptions`. */
  readonly limits?: ReadonlyMap<string, Partial<HarvestLimits>>
  readonly log: Log
  /** Told of each run whose end this hub has seen. */
  readonly onEnd?: (run: HarvestRunRow) => void
}

/** Keeps the catalogue current: each spoke is harvested on its own, so one that hangs, is down or answers rubbish holds up no other. */
export class HarvestScheduler {
  readonly #options: HarvestSchedulerOptions
  readonly #stopping = new AbortController()
  readonly #writes = new Semaphore(writesAtOnce)
  #worker!: QueueWorker

  private constructor(options: HarvestSchedulerOptions) {
    this.#options = options
  }

  /** Makes the queue ready. Harvests nothing yet. */
  static async open(options: HarvestSchedulerOptions): Promise<HarvestScheduler> {
    const scheduler = new HarvestScheduler(options)
    const { knex, connection, sources, intervalMs, log, atOnce = 50 } = options
    const tasks: TaskList = Object.fromEntries(
      [...sources].map(([spokeId, source]) => [
        harvestTask(spokeId),
        (job: unknown, { job: { attempts } }: JobHelpers) => scheduler.#run(spokeId, source, job as HarvestJob, attempts),
      ]),
    )
    const pollMs = Math.min(2_000, Math.max(100, intervalMs / 10))
    scheduler.#worker = await QueueWorker.open({
      knex,
      connection,
      tasks,
      concurrency: Math.min(atOnce, sources.size),
      pollMs,
      sweep: () => closeAbandonedRuns(knex),
      log,
    })
    return scheduler
  }

  /** Harvests every spoke now, and then again and again. Returns at once. */
  start(): void {
    let queued = false
    this.#worker.start(async () => {
      if (queued) return
      for (const spokeId of this.#options.sources.keys()) await queueHarvest(this.#options.knex, spokeId, 'scheduled', 0)
      queued = true
    })
  }

  /**
   * Harvests one spoke and answers with the finished run, whichever hub ran it; joins a harvest that is under way or due.
   * @param allowShrink lets through what a crawl has lost, however much; then a harvest under way is not joined but followed by another.
   * @throws BadUserInput for a spoke that is not configured; SOURCE_UNAVAILABLE where the database cannot be reached, or the hub stops
   * first.
   */
  async harvestNow(spokeId: string, { allowShrink = false }: { allowShrink?: boolean } = {}): Promise<HarvestRunRow> {
    if (!this.#options.sources.has(spokeId)) throw new BadUserInput('There is no spoke of this id.')
    const { knex } = this.#options
    try {
      await this.#persist(() => closeAbandonedRuns(knex))
      const latest = await this.#persist(() => latestRun(knex, spokeId))
      if (latest?.status === 'RUNNING' && !allowShrink) return await this.#wait(() => latestEndedRun(knex, spokeId, latest.id))
      const next = (latest?.id ?? 0) + 1
      if (!allowShrink && (await this.#persist(() => isDue(knex, spokeId)))) {
        const run = await this.#wait(
          async () => (await latestEndedRun(knex, spokeId, next)) ?? ((await isDue(knex, spokeId)) ? undefined : null),
        )
        if (run !== null) return run
      }
      const occasion: Occasion = allowShrink ? 'let through' : 'asked for'
      await this.#persist(() => queueHarvest(knex, spokeId, occasion, 0))
      await this.#wait(async () => ((await isQueued(knex, spokeId, occasion)) ? undefined : true))
      const run = await this.#persist(() => latestEndedRun(knex, spokeId, next))
      if (run !== undefined) return run
    } catch (error) {
      throw databaseError(error)
    }
    throw new SourceUnavailable('The harvest could not be run. The reason is in the log of the hub.')
  }

  /** Ends what is under way, as FAILED, and waits for it to be written down. */
  async stop(): Promise<void> {
    await this.#worker.stop(() => this.#stopping.abort(new Error('the hub is stopping')))
  }

  async #run(spokeId: string, source: Pick<Source, 'harvest'>, { occasion }: HarvestJob, attempts: number): Promise<void> {
    const { knex, log, intervalMs, limits, onEnd = () => undefined } = this.#options
    const { signal } = this.#stopping
    signal.throwIfAborted()
    try {
      const run = await harvestSpoke({
        knex,
        spokeId,
        source,
        signal,
        log,
        limits: limits?.get(spokeId) ?? {},
        allowShrink: occasion === 'let through',
        inTurn: (write) => this.#writes.run(write),
      })
      const { id, status, created, updated, removed, failed } = run
      // The queue runs one job of a spoke at a time: whoever holds the harvest has lost the queue, or is dead and the server has yet to see
      // it.
      if (status === 'RUNNING') throw new SourceUnavailable('Another hub holds the harvest of this spoke.')
      log.info({ spoke: spokeId, run: id, status, created, updated, removed, failed }, 'harvested')
      onEnd(run)
    } catch (error) {
      log.error({ spoke: spokeId, reason: String(error) }, 'a harvest could not be run')
      if (occasion !== 'scheduled' || attempts < attemptsMax) throw error
    }
    if (occasion === 'scheduled')
      await queueHarvest(knex, spokeId, 'scheduled', signal.aborted ? 0 : intervalMs * (0.9 + 0.2 * Math.random()))
  }

  /** Does what may be done twice, again while the database is away for a moment. */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#stopping
    for (const end = Date.now() + awayMsMax; ;) {
      try {
        return await work()
      } catch (error) {
        if (!(databaseError(error) instanceof SourceUnavailable) || signal.aborted || Date.now() > end) throw error
        await delay(50, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  /** Looks again and again until there is an answer. */
  async #wait<T>(look: () => Promise<T | undefined>): Promise<T> {
    const { signal } = this.#stopping
    for (let pauseMs = 20; !signal.aborted; pauseMs = Math.min(200, pauseMs * 1.5)) {
      const found = await this.#persist(look)
      if (found !== undefined) return found
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    }
    throw new SourceUnavailable('The hub is stopping.')
  }
}
