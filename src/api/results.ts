import { DialsError, ResultTooLarge } from '../errors.js'
import type { QueryResult } from '../query/7-result/query-result.js'
import { operationLimits as limits } from './limits/limits.js'
import type { TakeTurn } from './limits/turns.js'

/** The rows and the records of each result set, once each; aliases cannot raise it. */
const textsMax = 2 * limits.resultSets

/** The results of one operation. Their rows stay in the engine until they are released. */
export class Results {
  readonly #held = new Set<QueryResult>()
  #begun = 0
  #rows = 0
  #texts = 0

  /** @param takeTurn waits for a turn of the client, for each of its queries. Default: no wait. */
  constructor(private readonly takeTurn: TakeTurn = () => Promise.resolve(() => undefined)) {}

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
    const result = await this.inTurn('last', query)
    this.#held.add(result)
    this.#rows += result.rowCount
    if (this.#rows > limits.rows) {
      throw new ResultTooLarge(
        `One operation answers ${limits.rows.toLocaleString('en-GB')} rows at most, of all its result sets together. Ask for the others in another.`,
      )
    }
    return result
  }

  /** Writes a list of rows or records. @throws QUERY_TOO_COMPLEX beyond 40. */
  async write<T>(text: () => Promise<T>): Promise<T> {
    if (++this.#texts > textsMax) throw new DialsError('QUERY_TOO_COMPLEX', `One operation can write rows or records ${textsMax} times.`)
    return this.inTurn('first', text)
  }

  /** Does work of the engine, or of a query's size, in a turn of the client. Work that holds rows already goes `first`. */
  async inTurn<T>(order: 'first' | 'last', work: () => Promise<T>): Promise<T> {
    const leave = await this.takeTurn(order)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  /** Frees the rows of all results. */
  async release(): Promise<void> {
    await Promise.all([...this.#held].map((result) => result.release()))
    this.#held.clear()
  }
}
