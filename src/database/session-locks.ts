import type { Knex } from 'knex'

const locksOf = new WeakMap<Knex, SessionLocks>()

/** The locks of each pool. One object for each, because PostgreSQL lets one connection take the same lock twice. */
export function sessionLocks(knex: Knex): SessionLocks {
  const locks = locksOf.get(knex) ?? new SessionLocks(knex)
  locksOf.set(knex, locks)
  return locks
}

/** Releases the lock. Safe to call if the connection has died meanwhile, because the server has then released it. */
type Release = () => Promise<void>

/**
 * Named locks across all hubs of a database, each held until it is released or this process dies. They are PostgreSQL's session advisory
 * locks, all on one connection of the pool, which is returned while no lock is held. A lost connection loses the locks, so what is done
 * under one must be fenced.
 */
class SessionLocks {
  readonly #knex: Knex
  readonly #held = new Set<string>()
  #connection: Promise<unknown> | undefined
  #lastAsked: Promise<unknown> = Promise.resolve()

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** Takes the lock; undefined if it is held, by another hub or here. Never waits for it. */
  async tryLock(name: string): Promise<Release | undefined> {
    if (this.#held.has(name)) return undefined
    this.#held.add(name)
    try {
      if (await this.#ask('select pg_try_advisory_lock(hashtextextended(?, 0)) as answer', name)) return () => this.#release(name)
    } catch (error) {
      await this.#forget(name)
      throw error
    }
    await this.#forget(name)
    return undefined
  }

  async #release(name: string): Promise<void> {
    try {
      await this.#ask('select pg_advisory_unlock(hashtextextended(?, 0)) as answer', name)
    } catch {
      // Without its connection the lock is gone already.
    } finally {
      await this.#forget(name)
    }
  }

  /** Runs one statement after another, because pg deprecates queueing on one connection. */
  #ask(sql: string, name: string): Promise<boolean> {
    const answer = this.#lastAsked.then(() => this.#askNow(sql, name))
    this.#lastAsked = answer.catch(() => undefined)
    return answer
  }

  async #askNow(sql: string, name: string): Promise<boolean> {
    const { client } = this.#knex
    const connection = (this.#connection ??= client.acquireConnection() as Promise<unknown>)
    try {
      const { rows } = (await this.#knex.raw(sql, [name]).connection(await connection)) as { rows: [{ answer: boolean }] }
      return rows[0].answer
    } catch (error) {
      // Ended, so that no lock stays on it in the pool; the next caller gets a new connection.
      if (this.#connection === connection) await this.#giveBack((broken) => void client.destroyRawConnection(broken).catch(() => undefined))
      throw error
    }
  }

  async #forget(name: string): Promise<void> {
    this.#held.delete(name)
    if (this.#held.size === 0) await this.#giveBack(() => undefined)
  }

  /** Forgets the connection before the first await, so that a concurrent caller takes another. */
  async #giveBack(before: (connection: unknown) => void): Promise<void> {
    const pending = this.#connection
    this.#connection = undefined
    const connection = await pending?.catch(() => undefined)
    if (connection === undefined) return
    before(connection)
    await this.#knex.client.releaseConnection(connection)
  }
}
