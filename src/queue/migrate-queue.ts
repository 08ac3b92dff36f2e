import { Logger, runMigrations } from 'graphile-worker'
import type { Knex } from 'knex'
import type pg from 'pg'
import type { Log } from '../connector/source.js'
import { beginningOf } from '../errors.js'

/** An arbitrary number that no other part of the hub uses. */
const lockKey = 7_001_010

/** Migrates the queue's tables, the schema `graphile_worker`, to this version's. Several hubs may call it at once. */
export async function migrateQueue(knex: Knex, pool: pg.Pool, log: Log): Promise<void> {
  await knex.transaction(async (transaction) => {
    await transaction.raw('set local statement_timeout = 0')
    await transaction.raw('select pg_advisory_xact_lock(?)', [lockKey])
    await runMigrations({ pgPool: pool, logger: queueLogger(log) })
  })
}

/** Passes on how the queue's warnings and errors begin: what they quote, and what follows a colon, may hold anything. */
export function queueLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({ reason: beginningOf(message) }, 'the queue of jobs has a fault')
  })
}
