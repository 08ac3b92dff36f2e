import { setTimeout as sleep } from 'node:timers/promises'
import { type EnqueuedTask, Meilisearch, MeilisearchApiError, type Task } from 'meilisearch'
import { z } from 'zod'
import { readForm } from '../../connector/check-form.js'
import { Reason, SourceUnavailable } from '../../errors.js'

/** Timeouts of one request, and of the task that it starts. */
export interface ServerTimes {
  readonly requestMs: number
  readonly taskMs: number
  /** Pause before a failed request is repeated; doubled each time. */
  readonly retryMs: number
}

/** The times that a hub uses, in milliseconds. */
export const serverTimes: ServerTimes = { requestMs: 30_000, taskMs: 15 * 60_000, retryMs: 250 }

const taskSchema = z.object({ taskUid: z.number().int() })
const underWay: ReadonlySet<string> = new Set(['enqueued', 'processing'])
const ended: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled'])

/** Access to a Meilisearch server. Every failure is SOURCE_UNAVAILABLE, with its reason as the cause. */
export class Server {
  readonly client: Meilisearch

  constructor(
    readonly url: string,
    key: string | undefined,
    readonly times: ServerTimes,
  ) {
    this.client = new Meilisearch({ host: url, timeout: times.requestMs, ...(key === undefined ? {} : { apiKey: key }) })
  }

  /**
   * Sends a request and reads the answer. The signal carries the timeout, because the client ignores its own timeout when it is given a
   * signal.
   * @throws the signal's reason if that ended it
   */
  async ask<Answer>(work: (signal: AbortSignal) => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted()
    const timeout = AbortSignal.timeout(this.times.requestMs)
    try {
      return await work(signal === undefined ? timeout : AbortSignal.any([signal, timeout]))
    } catch (error) {
      signal?.throwIfAborted()
      throw unavailable(error)
    }
  }

  /** Like `ask`, but undefined if the server reports that the thing does not exist. */
  async find<Answer>(code: string, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer | undefined> {
    return this.ask(async (signal) => {
      try {
        return await work(signal)
      } catch (error) {
        if (errorCodeOf(error) === code) return undefined
        throw error
      }
    })
  }

  /** Starts a task. @returns the task */
  async enqueue(enqueue: () => Promise<EnqueuedTask>): Promise<number> {
    return this.ask(async () => readForm(taskSchema, await enqueue(), 'a task').taskUid)
  }

  /** Starts a task and waits for its end. */
  async run(enqueue: () => Promise<EnqueuedTask>): Promise<Task> {
    return this.end(await this.enqueue(enqueue))
  }

  /** Like `run`, but throws if the task failed. @param tolerated an error code that counts as success */
  async complete(enqueue: () => Promise<EnqueuedTask>, tolerated?: string): Promise<void> {
    const task = await this.run(enqueue)
    if (task.status !== 'succeeded' && (tolerated === undefined || task.error?.code !== tolerated)) throw failed(task)
  }

  /** Waits for the end of a task, successful or not. */
  async end(taskUid: number): Promise<Task> {
    const deadline = Date.now() + this.times.taskMs
    for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      const task = await this.ask((signal) => this.client.tasks.getTask(taskUid, { signal }))
      if (ended.has(task.status)) return task
      if (!underWay.has(task.status)) throw unavailable(new Reason(`Task ${taskUid} is ${String(task.status)}.`))
      if (Date.now() > deadline)
        throw unavailable(new Reason(`Task ${taskUid} is still ${String(task.status)} after ${this.times.taskMs} ms.`))
      await sleep(pauseMs)
    }
  }
}

/** The public error if a server is down, slow, refuses, or sends an unreadable answer. */
export function unavailable(cause: unknown): SourceUnavailable {
  if (cause instanceof SourceUnavailable) return cause
  return new SourceUnavailable('Search is not available at the moment. Try again in a while.', { cause })
}

/** The public error of a failed task. */
export const failed = (task: Task): SourceUnavailable =>
  unavailable(new Reason(`Task ${task.uid}, ${task.type}, ended as ${task.status}: ${task.error?.code ?? 'no reason given'}`))

/** Meilisearch's own code of an error. */
export function errorCodeOf(error: unknown): string | undefined {
  const inner = error instanceof SourceUnavailable ? error.cause : error
  return inner instanceof MeilisearchApiError ? inner.cause?.code : undefined
}
