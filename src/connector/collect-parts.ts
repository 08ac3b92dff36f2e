import { setTimeout as delay } from 'node:timers/promises'
import { ResultTooLarge, SourceUnreachable } from '../errors.js'
import type { LandedFile } from './engine.js'
import { unlessAborted } from './deadline.js'
import { readParts } from './read-parts.js'
import type { Scan, ScanReport } from './source.js'

/** What bounds the answer of one source. */
export interface CollectOptions {
  readonly signal: AbortSignal
  readonly bytesMax: number
  /** Called with each part, and awaited before the next one is read. Default: not called. */
  readonly arrived?: (file: LandedFile) => Promise<void>
  /** Who answers, for messages: `The spoke camden`. */
  readonly name: string
}

/** Milliseconds before a scan is tried again, give or take a half, so that several do not come back at once. */
const retryMs = 100

/**
 * Reads a scan to its end and returns its report. A scan only reads, so it is tried once more where the source could not be reached before
 * its first part.
 * @param open begins the scan.
 * @param files receives every part as it arrives. The caller releases them, whether the scan succeeds or fails.
 * @throws RESULT_TOO_LARGE when the parts exceed `bytesMax` together; the signal's reason; what the scan throws.
 */
export async function collectParts(open: () => Scan, files: LandedFile[], options: CollectOptions): Promise<ScanReport> {
  try {
    return await collectOnce(open(), files, options)
  } catch (thrown) {
    if (files.length > 0 || options.signal.aborted || !(thrown instanceof SourceUnreachable)) throw thrown
    await unlessAborted(delay(retryMs * (0.5 + Math.random())), options.signal)
    return collectOnce(open(), files, options)
  }
}

async function collectOnce(scan: Scan, files: LandedFile[], { signal, bytesMax, arrived, name }: CollectOptions): Promise<ScanReport> {
  // The parts are awaited first. Until then a report that rejects must not count as an unhandled rejection.
  scan.report.catch(() => undefined)
  let bytes = 0
  for await (const { file } of readParts(scan.parts, signal)) {
    files.push(file)
    bytes += file.bytes
    if (bytes > bytesMax) throw new ResultTooLarge(`${name} answers more than ${bytesMax} bytes. Filter more, or group.`)
    await arrived?.(file)
  }
  return unlessAborted(scan.report, signal)
}
