import { DialsError, ResultTooLarge } from '../errors.js'
import type { QueryResult } from '../query/6-result/query-result.js'
import { operationLimits as limits } from './limits/limits.js'

/** The rows and the records of each result set, once each; aliases cannot raise it. */
const textsMax = 2 * limits.resultSets

/** The results of one operation. Their rows stay in the engine until they are released. */
export class Results {
  readonly #held = new Set<QueryResult>()
  #begun = 0
  #rows = 0
  #texts = 0

  /**
   * Runs one more query and keeps its result.
   * @throws QUERY_TOO_COMPLEX beyond 20 result sets, RESULT_TOO_LARGE beyond 10,000 rows in all of them.
   */
  async run(query: () => Promise<QueryResult>): Promise<QueryResult> {
    if (++this.#begun > limits.resultSets) {
      throw new DialsError(
        'QUERY_TOO_COMPLEX',
        `One operation can ask for ${limits.resultSets} result sets. Ask for the others in another.`,
      )
    }
    const result = await query()
    this.#held.add(result)
    this.#rows += result.rowCount
    if (this.#rows > limits.rows) {
      throw new ResultTooLarge(
        `One operation answers ${limits.rows.toLocaleString('en-GB')} rows at most, of all its result sets together. Ask for the others in another.`,
      )
    }
    return result
  }

  /** Counts a list of rows or records that will be written. @throws QUERY_TOO_COMPLEX beyond 40. */
  write(): void {
    if (++this.#texts > textsMax) throw new DialsError('QUERY_TOO_COMPLEX', `One operation can write rows or records ${textsMax} times.`)
  }

  /** Frees the rows of all results. */
  async release(): Promise<void> {
    await Promise.all([...this.#held].map((result) => result.release()))
    this.#held.clear()
  }
}
