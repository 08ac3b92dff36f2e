import { SourceUnavailable, toDialsError } from '../errors.js'
import type { Part, Scan, ScanReport } from './source.js'

/**
 * Makes a scan of a generator that yields the parts and returns the report. Nothing runs before the first part is asked for. Parts and
 * report reject with the same error.
 */
export function scanOf(run: AsyncGenerator<Part, ScanReport>): Scan {
  let settle: { resolve(report: ScanReport): void; reject(reason: unknown): void } | undefined
  const report = new Promise<ScanReport>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // A caller that only reads the parts gets the error from them, so an unread report must not count as an unhandled rejection.
  report.catch(() => undefined)
  async function* parts(): AsyncGenerator<Part> {
    let isOver = false
    try {
      const result = yield* run
      isOver = true
      settle?.resolve(result)
    } catch (thrown) {
      isOver = true
      const error = toDialsError(thrown)
      settle?.reject(error)
      throw error
    } finally {
      if (!isOver) settle?.reject(new SourceUnavailable('The scan was stopped before its end.'))
    }
  }
  return { parts: parts(), report }
}
