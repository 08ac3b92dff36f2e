import pg from 'pg'
import { databaseError } from '../database/database-error.js'
import { SourceUnavailable } from '../errors.js'

/** A code that graphile-worker takes for a reason to try again, after 3 seconds and then less and less often. */
const triedAgain = 'ETIMEDOUT'

/**
 * A database that is away, as graphile-worker waits for it. It writes the end of a job with nobody to hear of a failure, and gives up at
 * once where the reason has a code that it does not know, as most of those have: that would end the process.
 */
function awaited(error: unknown): unknown {
  if (!(databaseError(error) instanceof SourceUnavailable)) return error
  return Object.assign(new Error((error as Error).message, { cause: error }), { code: triedAgain })
}

type Query = (...given: unknown[]) => unknown

/** A connection whose statements fail in a way that is waited for, where the database has gone. */
export class RetriedClient extends pg.Client {
  override query = ((...given: unknown[]) => {
    const answer = (super.query as Query)(...given)
    return answer instanceof Promise ? answer.catch((error: unknown) => Promise.reject(awaited(error) as Error)) : answer
  }) as pg.Client['query']
}

/** A pool that cannot connect in the same way. */
export class RetriedPool extends pg.Pool {
  override connect = ((callback?: Parameters<pg.Pool['connect']>[0]) =>
    callback === undefined
      ? super.connect().catch((error: unknown) => Promise.reject(awaited(error) as Error))
      : super.connect(callback)) as pg.Pool['connect']
}
