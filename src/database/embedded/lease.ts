import pg from 'pg'
import { connectionConfig } from '../connect.js'

/** Held, shared, by every hub that uses the server; whoever gets it alone is the last. Any number of our own choosing. */
const leaseKey = 7_001_002

/** A hub's claim that the server go on running: a connection, so that it ends with the process however that ends. */
export interface Lease {
  /** Settles when the connection is gone, whoever ended it. */
  readonly ended: Promise<void>
  /** Gives the claim up. True: no other hub has one, and none gets one before the server has stopped. */
  release(): Promise<boolean>
  end(): Promise<void>
}

/** @throws whatever pg throws where the server is not there, is starting or is stopping. */
export async function takeLease(url: string): Promise<Lease> {
  const client = new pg.Client({ ...connectionConfig(url, true), statement_timeout: 0, application_name: 'seven-dials lease' })
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select pg_advisory_lock_shared($1)', [leaseKey])
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return {
    ended,
    async release() {
      const { rows } = await client.query<{ last: boolean }>(
        'with released as materialized (select pg_advisory_unlock_shared($1)) select pg_try_advisory_lock($1) as last from released',
        [leaseKey],
      )
      return rows[0]?.last === true
    },
    end: () => client.end(),
  }
}
