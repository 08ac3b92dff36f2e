import pg from 'pg'
import { connectionConfig } from '../connect.js'

/**
 * An advisory lock: every hub that uses the server holds it shared, and the hub that gets it exclusively is the last. The number is
 * arbitrary.
 */
const leaseKey = 7_001_002

/** A hub's use of the server. It is a connection, so that it ends with the process in every case. */
export interface Lease {
  /** Settles when the connection is gone, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends the use. True: no other hub uses the server, and none can before it has stopped. */
  release(): Promise<boolean>
  end(): Promise<void>
}

/** @throws pg's error if the server is not there, is starting or is stopping. */
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
