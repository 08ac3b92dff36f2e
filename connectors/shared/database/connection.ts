import { SourceTimeout } from '../../../src/errors.js'

/** How long connections may take and live, in milliseconds. */
export const connectionLimits = {
  connectMs: 10_000,
  /** An unused connection is closed after this. */
  idleMs: 30_000,
  /** A server that has not answered a cancellation by then is no longer waited for. */
  cancelMs: 1000,
} as const

/** One read-only transaction, which holds a connection. */
export interface Transaction {
  /** Ends the transaction; the connection may then be used again. */
  commit(): Promise<void>
  /** Gives the connection back, or ends it if the transaction was not committed. Safe to call twice. */
  close(): void
}

/** Begins a transaction, runs work in it, and commits. A transaction whose work fails is closed without a commit. */
export async function inTransaction<T extends Transaction, R>(beginning: Promise<T>, work: (transaction: T) => Promise<R>): Promise<R> {
  const transaction = await beginning
  try {
    const answer = await work(transaction)
    await transaction.commit()
    return answer
  } finally {
    transaction.close()
  }
}

/**
 * Waits for a connection from a pool. A connection that arrives after the signal has ended is given back unused.
 * @throws SOURCE_TIMEOUT as soon as the signal ends.
 */
export function connectionFrom<C>(connecting: Promise<C>, signal: AbortSignal, giveBack: (connection: C) => void): Promise<C> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(queryEnded())
    signal.addEventListener('abort', leave, { once: true })
    connecting
      .then((connection) => {
        if (signal.aborted) giveBack(connection)
        else resolve(connection)
      }, reject)
      .finally(() => signal.removeEventListener('abort', leave))
  })
}

/** The error of a query whose signal ended first. */
export function queryEnded(cause?: unknown): SourceTimeout {
  return new SourceTimeout('The query was ended before the database had answered it.', cause === undefined ? {} : { cause })
}
