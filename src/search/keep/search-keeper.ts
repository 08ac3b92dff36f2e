import type { TaskList } from 'graphile-worker'
import type { Knex } from 'knex'
import type pg from 'pg'
import type { Log } from '../../connector/source.js'
import { databaseError } from '../../database/database-error.js'
import { QueueWorker } from '../../queue/queue-worker.js'
import { countChanges } from '../outbox.js'
import type { SearchIndex } from '../port.js'
import { checkIndex } from './check.js'
import { queueSearchJob, type SearchJob, searchJobs } from './jobs.js'
import { askForRebuild, failRebuild, latestRebuild, type Rebuild, stepRebuild } from './rebuild.js'
import { tellChanges } from './update.js'

/** Pause before an unreachable index is tried again. */
const retryMs = 2_000

/** A rebuild whose steps have failed for so long is given up. */
const rebuildMsMax = 60 * 60_000

interface SearchKeeperOptions {
  readonly knex: Knex
  readonly index: SearchIndex
  /** How the queue connects to the same database. */
  readonly connection: () => pg.ClientConfig
  /** From one comparison of index and catalogue to the next; the first is at the start. Default an hour. */
  readonly checkEveryMs?: number
  readonly log: Log
}

/** The state of an index. @property pending changes of the catalogue that it does not have yet */
export interface IndexState {
  readonly index: string
  readonly pending: number
  readonly rebuild: Rebuild | undefined
}

/**
 * Keeps an index in step with the catalogue: applies changes, compares the two regularly, and rebuilds on request. If the index is down it
 * catches up later, and nothing else in the hub waits.
 */
export class SearchKeeper {
  readonly #options: SearchKeeperOptions
  #worker!: QueueWorker
  #isPrepared = false
  /** While the index is down, jobs that the catalogue's triggers add end at once. */
  #isDown = false
  #isStopping = false
  /** Whether a requested comparison has not finished. */
  #isDoubted = false

  private constructor(options: SearchKeeperOptions) {
    this.#options = options
  }

  /** Opens the queue. Does nothing before `start`. */
  static async open(options: SearchKeeperOptions): Promise<SearchKeeper> {
    const keeper = new SearchKeeper(options)
    const { knex, connection, log } = options
    const tasks: TaskList = {
      [searchJobs.update]: (_payload, { job }) => keeper.#update(job.key?.endsWith(' later') === true),
      [searchJobs.check]: () => keeper.#check(),
      [searchJobs.rebuild]: () => keeper.#rebuild(),
    }
    keeper.#worker = await QueueWorker.open({ knex, connection, tasks, concurrency: 1, pollMs: 2_000, log })
    return keeper
  }

  /** Compares the index with the catalogue, corrects differences, and then applies changes. Returns at once. */
  start(): void {
    this.#worker.start(async () => {
      for (const job of Object.keys(searchJobs) as SearchJob[]) await queueSearchJob(this.#options.knex, job)
    })
  }

  /** Rebuilds the index beside the live one. @returns the state at its beginning; `state` reports the progress */
  async rebuild(): Promise<IndexState> {
    const { knex, index } = this.#options
    return this.#coded(async () => {
      await askForRebuild(knex, index)
      await queueSearchJob(knex, 'rebuild')
      return this.state()
    })
  }

  /** Requests a comparison, because a query of the index failed and the index may have lost data. */
  doubt(): void {
    if (this.#isDoubted || this.#isStopping) return
    this.#isDoubted = true
    queueSearchJob(this.#options.knex, 'check').catch(() => {
      this.#isDoubted = false
    })
  }

  async state(): Promise<IndexState> {
    const { knex, index } = this.#options
    return this.#coded(async () => ({ index: index.name, pending: await countChanges(knex), rebuild: await latestRebuild(knex, index) }))
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#worker.stop(() => undefined)
  }

  async #update(isRetry: boolean): Promise<void> {
    if (this.#isDown && !isRetry) return
    await this.#trying('update', async () => {
      while (!this.#isStopping && (await tellChanges(this.#options.knex, this.#options.index)) > 0)
        if (await this.#othersWait()) return queueSearchJob(this.#options.knex, 'update')
    })
  }

  async #check(): Promise<void> {
    const { knex, index, log, checkEveryMs = 60 * 60_000 } = this.#options
    await this.#trying('check', async () => {
      const { documents, differing } = await checkIndex(knex, index)
      log.info({ index: index.name, documents, differing }, 'the search index was compared with the catalogue')
      if (differing > 0) await queueSearchJob(knex, 'update')
      await queueSearchJob(knex, 'check', checkEveryMs)
      this.#isDoubted = false
    })
  }

  async #rebuild(): Promise<void> {
    const { knex, index, log } = this.#options
    await this.#trying('rebuild', async () => {
      const step = await stepRebuild(knex, index)
      if (step === 'more') await queueSearchJob(knex, 'rebuild')
      // If the hub was killed between the swap and its record, the swap may have run twice.
      if (step === 'done') await queueSearchJob(knex, 'check')
    })
    if (!this.#isDown) return
    const rebuild = await latestRebuild(knex, index)
    if (rebuild === undefined || rebuild.endedAt !== null || Date.now() - rebuild.startedAt.getTime() < rebuildMsMax) return
    log.error({ index: index.name }, 'the rebuild of the search index was given up')
    await failRebuild(knex, index, 'The index could not be written for an hour.')
  }

  /** Whether a rebuild waits: the rebuild and the changes take turns. */
  async #othersWait(): Promise<boolean> {
    const { knex, index } = this.#options
    const rebuild = await latestRebuild(knex, index)
    return rebuild !== undefined && rebuild.endedAt === null
  }

  /**
   * Runs a job. If the index or the database is away, it queues the job again itself, because the queue's own retries wait longer and
   * longer.
   */
  async #trying(job: SearchJob, work: () => Promise<void>): Promise<void> {
    const { knex, index, log } = this.#options
    try {
      if (!this.#isPrepared) await index.prepare()
      this.#isPrepared = true
      await work()
      if (!this.#isDown) return
      log.info({ index: index.name }, 'the search index is back')
      this.#isDown = false
      // It may have come back without its data.
      if (job !== 'check') await queueSearchJob(knex, 'check')
    } catch (thrown) {
      if (!this.#isDown && !this.#isStopping)
        log.warn({ index: index.name, job, err: thrown }, 'the search index cannot be kept; it is tried again')
      this.#isDown = true
      this.#isPrepared = false
      await queueSearchJob(knex, job, retryMs)
    }
  }

  async #coded<T>(work: () => Promise<T>): Promise<T> {
    return work().catch((thrown: unknown) => {
      throw databaseError(thrown)
    })
  }
}
