import { ResultTooLarge } from '../errors.js'
import type { LandedFile } from './engine.js'
import { unlessAborted } from './deadline.js'
import { readParts } from './read-parts.js'
import type { Scan, ScanReport } from './source.js'

/**
 * Reads a scan to its end and answers its report.
 * @param files gets every part as it comes. The caller releases them, whether the scan succeeds or not.
 * @throws RESULT_TOO_LARGE when they have more than `bytesMax` bytes together; the signal's reason; what the scan throws.
 */
export async function collectParts(
  scan: Scan,
  files: LandedFile[],
  { signal, bytesMax }: { signal: AbortSignal; bytesMax: number },
): Promise<ScanReport> {
  // The parts are what is waited for; a report that fails without them must not go unhandled.
  scan.report.catch(() => undefined)
  let bytes = 0
  for await (const { file } of readParts(scan.parts, signal)) {
    files.push(file)
    bytes += file.bytes
    if (bytes > bytesMax) throw new ResultTooLarge(`The answer of one source is larger than ${bytesMax} bytes. Filter more, or group.`)
  }
  return unlessAborted(scan.report, signal)
}
