import { deadlineAfter } from '../../src/connector/deadline.js'
import type { Engine } from '../../src/connector/engine.js'
import { frameKinds, framesMediaType, readFrames, type FrameEvent } from '../../src/connector/frames.js'
import { scanOf } from '../../src/connector/scan-of.js'
import { scanReportSchema } from '../../src/connector/scan-request.js'
import type { HubSigner, Part, PlannedFragment, Scan, ScanOptions, ScanReport, SpokeProcess } from '../../src/connector/source.js'
import { Reason, ResultTooLarge, SourceUnavailable, SourceUnreachable } from '../../src/errors.js'
import { callSpoke, toldError, unreachable } from './call.js'
import { land } from './land.js'
import { landingPlace } from './landing-place.js'
import { isLoopback } from './loopback.js'

const jsonBytesMax = 1024 * 1024

/** What is asked of which spoke process; parts land in `scratchFolder`, encrypted for `engine` where that is not memory. */
export interface ScanTarget {
  planned: PlannedFragment
  options: ScanOptions
  signer: HubSigner
  spokeId: string
  scratchFolder: string
  engine: Engine
  process: SpokeProcess
  /** See SpokeRequest. */
  ca?: string | undefined
}

/** A scan at a spoke process: its parts land one after the other, and the next is fetched only when the last was taken. */
export function openScan(target: ScanTarget): Scan {
  return scanOf(parts(target))
}

async function* parts(target: ScanTarget): AsyncGenerator<Part, ScanReport> {
  const { options, spokeId, scratchFolder, engine } = target
  const { signal, clear } = deadlineAfter(options.deadline - Date.now(), options.signal)
  try {
    const place = await landingPlace(scratchFolder, engine, signal)
    const body = await request(target, signal)
    const frames = readFrames(body)
    let bytes = 0
    for await (const frame of frames) {
      if (frame.type !== 'begin') throw new Reason('content outside of a frame')
      if (frame.kind === frameKinds.part) {
        bytes += frame.length
        if (bytes > options.bytesMax)
          throw new ResultTooLarge(`The spoke ${spokeId} answers more than ${options.bytesMax} bytes. Filter more, or group.`)
        yield { kind: 'parquet', file: await land(frames, frame.length, place) }
        continue
      }
      const told = JSON.parse(await gather(frames, frame.length)) as unknown
      if (frame.kind === frameKinds.error) throw toldError(told, spokeId)
      const report = scanReportSchema.safeParse(told)
      if (!report.success) throw new SourceUnavailable(`The spoke ${spokeId} sent a report that is none.`)
      // A connection is kept only where its answer was read to the end.
      if ((await frames.next()).done !== true) throw new Reason('the stream goes on after its report')
      return report.data as ScanReport
    }
    throw new Reason('the stream ended before its report')
  } catch (thrown) {
    throw unreachable(spokeId, signal, thrown)
  } finally {
    clear()
  }
}

async function request(
  { planned, options, signer, spokeId, process, ca }: ScanTarget,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { rowsMax, bytesMax, asker, audit, grant } = options
  const timeoutMs = Math.max(1, Math.min(600_000, options.deadline - Date.now()))
  const body = JSON.stringify({ relation: planned.pushed, rowsMax, bytesMax, timeoutMs, ...audit, ...(grant ? { grant } : {}) })
  const url = await process.url(signal)
  const authorization = `Bearer ${await signer.sign('purpose+jwt', spokeId, body, asker, grant)}`
  // A header and no member of the body: what is asked stays the same, and a spoke that does not know it answers all the same.
  const accept = isLoopback(url) ? framesMediaType : `${framesMediaType};compression=zstd`
  const headers = { authorization, 'content-type': 'application/json', accept }
  const response = await callSpoke(`${url}/scans`, { headers, body, ca, signal }, spokeId)
  if (response.contentType !== framesMediaType) {
    throw new SourceUnreachable(`What answers as the spoke ${spokeId} is not a spoke: it sent no scan.`)
  }
  return response.body
}

async function gather(frames: AsyncGenerator<FrameEvent>, length: number): Promise<string> {
  if (length > jsonBytesMax) throw new Reason('a report larger than any of ours')
  const chunks: Uint8Array[] = []
  for (let next = await frames.next(); next.done !== true && next.value.type === 'content'; next = await frames.next())
    chunks.push(next.value.bytes)
  return Buffer.concat(chunks).toString('utf8')
}
