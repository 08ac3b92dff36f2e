import type { Log } from '../connector/source.js'

/**
 * Tells the log what many clients may cause: the first time at once, and then how many times it was, at most every ten seconds. An attack
 * does not fill the log.
 */
export function toldSeldom(log: Log, everyMs = 10_000): (message: string) => void {
  const times = new Map<string, number>()
  const tell = (message: string) => {
    const count = times.get(message) ?? 0
    if (count === 0) {
      times.delete(message)
      return
    }
    log.warn({ times: count }, message)
    times.set(message, 0)
    setTimeout(() => tell(message), everyMs).unref()
  }
  return (message) => {
    const count = times.get(message)
    times.set(message, (count ?? 0) + 1)
    if (count === undefined) tell(message)
  }
}
