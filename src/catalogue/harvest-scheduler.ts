import { setTimeout as delay } from 'node:timers/promises'
import type { JobHelpers, TaskList } from 'graphile-worker'
import type { Knex } from 'knex'
import type pg from 'pg'
import { didYouMean, nearNames } from '../connector/near-names.js'
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

/** Transactions that harvests may have open at once, so that readers always find a free connection. */
const writesAtOnce = 3

/** After so many attempts that could not run, the spoke waits for its next interval, as if it had been harvested. */
const attemptsMax = 6

/**
 * How long the database may be away before a waiting caller gets an error, in milliseconds. A short interruption does not end a harvest.
 */
const awayMsMax = 2_000

interface HarvestSchedulerOptions {
  readonly knex: Knex
  /** How the queue connects to the same database. */
  readonly connection: () => pg.ClientConfig
  /** By spoke id. */
  readonly sources: ReadonlyMap<string, Pick<Source, 'harvest'>>
  /** From the end of a harvest to the start of the next, give or take a tenth, so that hubs and spokes do not run in step. */
  readonly intervalMs: number
  /** Harvests that this hub runs at once. One that hangs keeps its place until its timeout. Default 50. */
  readonly atOnce?: number
  /** By spoke id; see `HarvestOptions`. */
  readonly limits?: ReadonlyMap<string, Partial<HarvestLimits>>
  readonly log: Log
  /** Called with each run that this hub has finished. */
  readonly onEnd?: (run: HarvestRunRow) => void
}

/**
 * Keeps the catalogue current. Each spoke is harvested on its own, so one that hangs, is down or sends rubbish does not delay the others.
 */
export class HarvestScheduler {
  readonly #options: HarvestSchedulerOptions
  readonly #stopping = new AbortController()
  readonly #writes = new Semaphore(writesAtOnce)
  #worker!: QueueWorker

  private constructor(options: HarvestSchedulerOptions) {
    this.#options = options
  }

  /** Opens the queue. Harvests nothing before `start`. */
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

  /** Harvests every spoke now, and then at each interval. Returns at once. */
  start(): void {
    let queued = false
    this.#worker.start(async () => {
      if (queued) return
      for (const spokeId of this.#options.sources.keys()) await queueHarvest(this.#options.knex, spokeId, 'scheduled', 0)
      queued = true
    })
  }

  /**
   * Harvests one spoke and returns the finished run, whichever hub ran it. Joins a harvest that is under way or due.
   * @param allowShrink removes what the crawl did not see, however much.
   * @param anew does not join a harvest under way, which may have read what has changed since, but runs after it. So does `allowShrink`.
   * @throws BadUserInput for a spoke that is not configured; SOURCE_UNAVAILABLE if the database cannot be reached, or the hub stops first.
   */
  async harvestNow(
    spokeId: string,
    { allowShrink = false, anew = allowShrink }: { allowShrink?: boolean; anew?: boolean } = {},
  ): Promise<HarvestRunRow> {
    if (!this.#options.sources.has(spokeId)) throw this.#unknownSpoke(spokeId)
    const { knex } = this.#options
    try {
      await this.#persist(() => closeAbandonedRuns(knex))
      const latest = await this.#persist(() => latestRun(knex, spokeId))
      if (latest?.status === 'RUNNING' && !anew) return await this.#wait(() => latestEndedRun(knex, spokeId, latest.id))
      const next = (latest?.id ?? 0) + 1
      if (!anew && (await this.#persist(() => isDue(knex, spokeId)))) {
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

  #unknownSpoke(id: string): BadUserInput {
    const spokes = [...this.#options.sources.keys()]
    // The id of a dataset or a table begins with that of its spoke.
    const suggestions = nearNames(id.split('/', 1)[0] ?? '', spokes)
    const lack = `There is no spoke '${id.slice(0, 200)}'.`
    return new BadUserInput(`${lack}${didYouMean(suggestions)}`, { suggestions })
  }

  /** Ends the harvests under way as FAILED, and waits until that is stored. */
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
      // The queue runs one job of a spoke at a time. So the other holder of the harvest lock has lost its queue connection, or has died and
      // the server has not noticed yet.
      if (status === 'RUNNING') throw new SourceUnavailable('Another hub holds the harvest of this spoke.')
      log.info({ spoke: spokeId, run: id, status, created, updated, removed, failed }, 'harvested')
      onEnd(run)
    } catch (error) {
      log.error({ spoke: spokeId, err: error }, 'a harvest could not be run')
      if (occasion !== 'scheduled' || attempts < attemptsMax) throw error
    }
    if (occasion === 'scheduled')
      await queueHarvest(knex, spokeId, 'scheduled', signal.aborted ? 0 : intervalMs * (0.9 + 0.2 * Math.random()))
  }

  /** Retries idempotent work while the database is away for a moment. */
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

  /** Polls until there is an answer. */
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
