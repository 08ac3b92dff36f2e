import { setTimeout as delay } from 'node:timers/promises'
import { runTaskList, type TaskList, type WorkerPool } from 'graphile-worker'
import type { Knex } from 'knex'
import type pg from 'pg'
import type { Log } from '../connector/source.js'
import { RetriedClient, RetriedPool } from './retried-connections.js'
import { freeDeadWorkers, workerLock } from './free-dead-workers.js'
import { migrateQueue, queueLogger } from './migrate-queue.js'

/** Connections of the queue: one listens, the others fetch and finish jobs. */
const connectionsMax = 3

/** How often a hub looks for dead hubs. */
const sweepEveryMs = 5_000

/** The end of the hub does not wait longer for a database that does not answer. */
const stopMsMax = 15_000

interface QueueWorkerOptions {
  readonly knex: Knex
  /** Called before each connection is made, because the embedded server may come back on another port. */
  readonly connection: () => pg.ClientConfig
  readonly tasks: TaskList
  /** Jobs that run at once. */
  readonly concurrency: number
  readonly pollMs: number
  /** Called after each search for dead hubs: before any job is taken, and then every few seconds. */
  readonly sweep?: () => Promise<void>
  readonly log: Log
}

/** This hub's end of the queue. It takes jobs until it is stopped, even if the database is away for a while. */
export class QueueWorker {
  readonly #options: QueueWorkerOptions
  readonly #stopping = new AbortController()
  #pool: WorkerPool | undefined
  #running: Promise<unknown> = Promise.resolve()

  private constructor(options: QueueWorkerOptions) {
    this.#options = options
  }

  /** Makes the queue's tables. Takes no job yet. */
  static async open(options: QueueWorkerOptions): Promise<QueueWorker> {
    const worker = new QueueWorker(options)
    const connections = worker.#connections(() => undefined)
    await migrateQueue(options.knex, connections, options.log).finally(() => connections.end())
    return worker
  }

  /** Returns at once. @param first runs before any job is taken, and is retried if it fails. */
  start(first: () => Promise<void>): void {
    this.#running = Promise.all([
      this.#again(1_000, () =>
        this.#sweep()
          .then(first)
          .then(() => this.#work()),
      ),
      this.#sweepAgain(),
    ])
  }

  /** Takes no more jobs, aborts those under way through `abort`, and waits until they end. */
  async stop(abort: () => void): Promise<void> {
    this.#stopping.abort()
    const ended = this.#pool?.gracefulShutdown()
    abort()
    await Promise.race([Promise.allSettled([ended, this.#running]), delay(stopMsMax, undefined, { ref: false })])
  }

  async #work(): Promise<void> {
    const { tasks, concurrency, pollMs, log } = this.#options
    if (this.#stopping.signal.aborted) return
    let workerId: string | undefined
    const connections = this.#connections(() => workerId)
    try {
      const options = { pgPool: connections, concurrency, pollInterval: pollMs, noHandleSignals: true, logger: queueLogger(log) }
      // Its first connection is made after this returns, and so knows its name.
      this.#pool = runTaskList(options, tasks, connections)
      workerId = this.#pool.id
      await this.#pool.promise
    } finally {
      this.#pool = undefined
      await connections.end()
    }
  }

  #sweepAgain(): Promise<void> {
    const { signal } = this.#stopping
    return this.#again(sweepEveryMs, async () => {
      await delay(sweepEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (!signal.aborted) await this.#sweep()
    })
  }

  async #sweep(): Promise<void> {
    await freeDeadWorkers(this.#options.knex, this.#pool?.id)
    await this.#options.sweep?.()
  }

  async #again(pauseMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const failed = await work().then(
        () => false,
        (error: unknown) => {
          if (!signal.aborted) this.#options.log.warn({ err: error }, 'the queue of jobs cannot be reached')
          return true
        },
      )
      if (failed) await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** Every connection holds the worker's lock, so that other hubs see when the last is gone. */
  #connections(workerId: () => string | undefined): pg.Pool {
    const { connection, log } = this.#options
    class Client extends RetriedClient {
      constructor() {
        super(connection())
      }
    }
    const pool = new RetriedPool({
      Client,
      max: connectionsMax,
      verify(client, done) {
        const id = workerId()
        if (id === undefined) return done()
        client.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [workerLock(id)]).then(() => done(), done)
      },
    })
    const note = (error: Error) => log.warn({ err: error }, 'a connection of the queue of jobs has ended')
    pool.on('error', note)
    pool.on('connect', (client) => client.on('error', note))
    return pool
  }
}
