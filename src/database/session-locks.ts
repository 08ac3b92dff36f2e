import type { Knex } from 'knex'

const locksOf = new WeakMap<Knex, SessionLocks>()

/** The locks of a pool: one object for each, since PostgreSQL lets one connection take a lock twice. */
export function sessionLocks(knex: Knex): SessionLocks {
  const locks = locksOf.get(knex) ?? new SessionLocks(knex)
  locksOf.set(knex, locks)
  return locks
}

/** Gives the lock back. Safe to call where the connection has died meanwhile: the server has let go already. */
type Release = () => Promise<void>

/**
 * Named locks across every hub of a database, each held until released or until this process dies. They are PostgreSQL's session advisory
 * locks, all on one connection of the pool, which goes back while none is held. A lost connection loses them: what is done under one must
 * be fenced.
 */
class SessionLocks {
  readonly #knex: Knex
  readonly #held = new Set<string>()
  #connection: Promise<unknown> | undefined
  #lastAsked: Promise<unknown> = Promise.resolve()

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** The lock, or undefined where it is held: by another hub, or here. Never waits for it. */
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

  /** One after another: pg no longer wants to queue what one connection is asked. */
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
      // Ended, so that no lock lingers on it in the pool; the next one to ask gets a connection that lives.
      if (this.#connection === connection) await this.#giveBack((broken) => void client.destroyRawConnection(broken).catch(() => undefined))
      throw error
    }
  }

  async #forget(name: string): Promise<void> {
    this.#held.delete(name)
    if (this.#held.size === 0) await this.#giveBack(() => undefined)
  }

  /** Lets go of the connection before the first wait: whoever locks meanwhile takes another. */
  async #giveBack(before: (connection: unknown) => void): Promise<void> {
    const pending = this.#connection
    this.#connection = undefined
    const connection = await pending?.catch(() => undefined)
    if (connection === undefined) return
    before(connection)
    await this.#knex.client.releaseConnection(connection)
  }
}
