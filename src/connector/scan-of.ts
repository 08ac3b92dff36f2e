import { SourceUnavailable, toDialsError } from '../errors.js'
import type { Part, Scan, ScanReport } from './source.js'

/**
 * A scan of a generator that gives the parts and answers the report. Nothing is read before the first part is asked for; both reject alike.
 */
export function scanOf(run: AsyncGenerator<Part, ScanReport>): Scan {
  let settle: { resolve(report: ScanReport): void; reject(reason: unknown): void } | undefined
  const report = new Promise<ScanReport>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever reads the parts alone has the same error from them.
  report.catch(() => undefined)
  async function* parts(): AsyncGenerator<Part> {
    let isOver = false
    try {
      const told = yield* run
      isOver = true
      settle?.resolve(told)
    } catch (thrown) {
      isOver = true
      const error = toDialsError(thrown)
      settle?.reject(error)
      throw error
    } finally {
      if (!isOver) settle?.reject(new SourceUnavailable('The scan was left before its end.'))
    }
  }
  return { parts: parts(), report }
}
