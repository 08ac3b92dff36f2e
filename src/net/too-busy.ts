import { DialsError } from '../errors.js'

/** A request beyond a limit of what is under way: 429 if its client has too much, 503 if all have. */
export class TooBusy extends DialsError {
  readonly statusCode: 429 | 503

  constructor(whose: 'each' | 'all', message: string) {
    super(whose === 'each' ? 'QUERY_TOO_COMPLEX' : 'SOURCE_UNAVAILABLE', message)
    this.statusCode = whose === 'each' ? 429 : 503
  }
}
