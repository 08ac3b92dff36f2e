import type { Log } from '../connector/source.js'

/**
 * Tells the log what many clients may cause: the first time at once, and then how many times it was, at most every ten seconds. An attack
 * does not fill the log. `fields` may differ from time to time: those of the last time are told.
 */
export function toldSeldom(log: Log, everyMs = 10_000): (message: string, fields?: object) => void {
  const waiting = new Map<string, { times: number; fields: object }>()
  const tell = (message: string) => {
    const { times, fields } = waiting.get(message) ?? { times: 0, fields: {} }
    if (times === 0) {
      waiting.delete(message)
      return
    }
    log.warn({ times, ...fields }, message)
    waiting.set(message, { times: 0, fields: {} })
    setTimeout(() => tell(message), everyMs).unref()
  }
  return (message, fields = {}) => {
    const known = waiting.get(message)
    waiting.set(message, { times: (known?.times ?? 0) + 1, fields })
    if (known === undefined) tell(message)
  }
}
