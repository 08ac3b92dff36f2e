import type { Log } from '../connector/source.js'

/**
 * Tells the log what many clients may cause: the first time at once, and then how many times it was, at most every ten seconds. An attack
 * does not fill the log. Fields are those of the latest.
 */
export function toldSeldom(log: Log, everyMs = 10_000): (message: string, fields?: object) => void {
  const times = new Map<string, { count: number; fields?: object | undefined }>()
  const tell = (message: string) => {
    const { count, fields } = times.get(message) ?? { count: 0 }
    if (count === 0) {
      times.delete(message)
      return
    }
    log.warn({ times: count, ...fields }, message)
    times.set(message, { count: 0 })
    setTimeout(() => tell(message), everyMs).unref()
  }
  return (message, fields) => {
    const before = times.get(message)
    times.set(message, { count: (before?.count ?? 0) + 1, fields })
    if (before === undefined) tell(message)
  }
}
