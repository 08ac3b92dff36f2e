import pg from 'pg'
import { databaseError } from '../database/database-error.js'
import { SourceUnavailable } from '../errors.js'

/** A code that graphile-worker retries after 3 seconds, and then less and less often. */
const triedAgain = 'ETIMEDOUT'

/**
 * Makes an unreachable database look like something that graphile-worker retries. With most other codes it gives up at once, and because
 * nobody handles that failure when it records the end of a job, the process would end.
 */
function awaited(error: unknown): unknown {
  if (!(databaseError(error) instanceof SourceUnavailable)) return error
  return Object.assign(new Error((error as Error).message, { cause: error }), { code: triedAgain })
}

type Query = (...given: unknown[]) => unknown

/** A connection that reports a lost database with the code that is retried. */
export class RetriedClient extends pg.Client {
  override query = ((...given: unknown[]) => {
    const answer = (super.query as Query)(...given)
    return answer instanceof Promise ? answer.catch((error: unknown) => Promise.reject(awaited(error) as Error)) : answer
  }) as pg.Client['query']
}

/**
 * A pool that reports a failure to connect in the same way. Once it has ended it never answers: graphile-worker may still be recording the
 * end of a job, with nobody to handle that this failed. Such a job is freed with its worker, and tried again.
 */
export class RetriedPool extends pg.Pool {
  override connect = ((callback?: Parameters<pg.Pool['connect']>[0]) => {
    if (callback !== undefined) return super.connect(callback)
    if (this.ending) return new Promise(() => undefined)
    return super.connect().catch((error: unknown) => Promise.reject(awaited(error) as Error))
  }) as pg.Pool['connect']
}
