import { jsonSize } from '../../connector/json-size.js'
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
  const { depth, values } = jsonSize(text)
  if (depth > limits.valueNesting) return tooDeep()
  return values > limits.values ? tooManyValues(values) : undefined
}

/** The error of a request whose values are nested too deeply. */
export function tooDeep(): DialsError {
  return new DialsError('QUERY_TOO_COMPLEX', `The request is nested deeper than ${limits.valueNesting}.`)
}

function tooManyValues(values: number): DialsError {
  const [held, most] = [values.toLocaleString('en-GB'), limits.values.toLocaleString('en-GB')]
  return new DialsError('QUERY_TOO_COMPLEX', `The request holds ${held} values, more than ${most}. Ask in several operations.`)
}
