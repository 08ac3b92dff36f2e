import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type pg from 'pg'
import { connect } from '../../src/database/connect.js'
import { quiet } from './postgres.js'
import { until } from './processes.js'

/**
 * How a hub loses its database at its `at`-th statement. `before` and `after`: the process dies like kill -9, before or after that
 * statement was sent. `backend`: the server ends its connections, and the process lives on.
 */
export type Death = { at: number; how: 'before' | 'after' | 'backend' }

/** A database connection that fails at a chosen statement. */
export interface MortalDatabase {
  readonly knex: Knex
  /** Waits until the server has ended all connections. */
  gone(): Promise<void>
}

/** A hub's connections that fail at their n-th statement. Unless only the backend dies, no later statement reaches the server. */
export function mortalDatabase(url: string, survivor: Knex, { at, how }: Death): MortalDatabase {
  const name = `mortal-${randomUUID()}`
  const own = new URL(url)
  own.searchParams.set('application_name', name)
  const knex = connect(own.href, { log: quiet, embedded: true })
  const client = knex.client as {
    _query(connection: unknown, query: unknown): Promise<unknown>
    acquireRawConnection(): Promise<pg.Client>
  }
  const connections: pg.Client[] = []
  let left = at
  const [query, acquire] = [client._query.bind(client), client.acquireRawConnection.bind(client)]
  const dead = () => how !== 'backend' && left <= 0
  client.acquireRawConnection = async () => {
    if (dead()) throw new Error('Connection terminated: this hub is dead')
    const connection = await acquire()
    connections.push(connection)
    return connection
  }
  const end = () =>
    connections.forEach((connection) =>
      (connection as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
    )
  client._query = async (connection, asked) => {
    left -= 1
    if (left > 0 || (how === 'backend' && left < 0)) return query(connection, asked)
    if (how === 'backend') {
      await survivor.raw('select pg_terminate_backend(pid) from pg_stat_activity where application_name = ?', [name])
      return query(connection, asked)
    }
    if (how === 'after' && left === 0) {
      query(connection, asked).catch(() => undefined)
      await new Promise((resolve) => setImmediate(resolve))
    }
    end()
    throw new Error('Connection terminated: this hub is dead')
  }
  return {
    knex,
    async gone() {
      end()
      await knex.destroy()
      await until(
        'the server has let go',
        async () => (await survivor('pg_stat_activity').where({ application_name: name }).first('pid')) === undefined,
      )
    },
  }
}
