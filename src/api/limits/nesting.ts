import { isDeeperThan } from '../../connector/json-depth.js'
import { DialsError } from '../../errors.js'
import { operationLimits as limits } from './limits.js'

/** The error of the text of a request, before it is parsed; undefined if it is within the limit. */
export function scanRequest(text: string): DialsError | undefined {
  return isDeeperThan(text, limits.valueNesting) ? tooDeep() : undefined
}

/**
 * Checks the variables again once they are values, because a GET and a WebSocket do not send them as a body of their own. GraphQL's
 * coercion and our scalars recurse into them.
 * @throws QUERY_TOO_COMPLEX
 */
export function checkNesting(variables: Readonly<Record<string, unknown>>): void {
  let level: unknown[] = [variables]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.valueNesting) throw tooDeep()
    level = level.flatMap((value) => Object.values(value as object)).filter((value) => typeof value === 'object' && value !== null)
  }
}

function tooDeep(): DialsError {
  return new DialsError('QUERY_TOO_COMPLEX', `The request is nested deeper than ${limits.valueNesting}.`)
}
