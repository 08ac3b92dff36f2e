import { isDeeperThan } from '../../connector/json-depth.js'
import { DialsError } from '../../errors.js'
import { operationLimits as limits } from './limits.js'

/** The error of the text of a request, before it is parsed; undefined if it is within the limit. */
export function scanRequest(text: string): DialsError | undefined {
  return isDeeperThan(text, limits.valueNesting) ? tooDeep() : undefined
}

/** The error of a request whose values are nested too deeply. */
export function tooDeep(): DialsError {
  return new DialsError('QUERY_TOO_COMPLEX', `The request is nested deeper than ${limits.valueNesting}.`)
}
