import { DialsError, type ErrorDetail } from '../errors.js'

/** A request that is refused for what it is over HTTP: its address, method, headers or body. `BAD_REQUEST`, with a status of its own. */
export class BadRequest extends DialsError {
  constructor(
    readonly statusCode: number,
    message: string,
    detail?: ErrorDetail,
  ) {
    super('BAD_REQUEST', message, detail)
  }
}
