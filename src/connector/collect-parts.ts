import { ResultTooLarge } from '../errors.js'
import type { LandedFile } from './engine.js'
import { unlessAborted } from './deadline.js'
import { readParts } from './read-parts.js'
import type { Scan, ScanReport } from './source.js'

/**
 * Reads a scan to its end and returns its report.
 * @param files receives every part as it arrives. The caller releases them, whether the scan succeeds or fails.
 * @throws RESULT_TOO_LARGE when the parts exceed `bytesMax` together; the signal's reason; what the scan throws.
 */
export async function collectParts(
  scan: Scan,
  files: LandedFile[],
  { signal, bytesMax }: { signal: AbortSignal; bytesMax: number },
): Promise<ScanReport> {
  // The parts are awaited first. Until then a report that rejects must not count as an unhandled rejection.
  scan.report.catch(() => undefined)
  let bytes = 0
  for await (const { file } of readParts(scan.parts, signal)) {
    files.push(file)
    bytes += file.bytes
    if (bytes > bytesMax) throw new ResultTooLarge(`The answer of one source is larger than ${bytesMax} bytes. Filter more, or group.`)
  }
  return unlessAborted(scan.report, signal)
}
