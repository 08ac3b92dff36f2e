import { exceededBound } from '../../connector/json-bounds.js'
import { nextTurn } from '../../connector/next-turn.js'
import { DialsError } from '../../errors.js'
import { operationLimits as limits } from './limits.js'

/** Characters of a request that are read without waiting for a turn of the event loop: about a millisecond's work. */
const atOnceMax = 64 * 1024

/**
 * The error of the text of a request, before it is parsed; undefined if it is within the limits. After a large text the caller has a turn
 * of the event loop for itself, to parse it.
 */
export async function scanRequest(text: string): Promise<DialsError | undefined> {
  if (text.length > atOnceMax) await nextTurn()
  const exceeded = exceededBound(text, { depth: limits.valueNesting, values: limits.values })
  if (exceeded === undefined) return undefined
  return exceeded === 'depth' ? tooDeep() : tooManyValues()
}

/** The error of a request whose values are nested too deeply. */
export function tooDeep(): DialsError {
  return new DialsError('QUERY_TOO_COMPLEX', `The request is nested deeper than ${limits.valueNesting}.`)
}

function tooManyValues(): DialsError {
  const most = limits.values.toLocaleString('en-GB')
  return new DialsError('QUERY_TOO_COMPLEX', `The request holds more than ${most} values. Ask in several operations.`)
}
