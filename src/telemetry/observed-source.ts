import { context } from '@opentelemetry/api'
import type { Part, Scan, Source } from '../connector/source.js'
import { toDialsError } from '../errors.js'
import type { Telemetry } from './telemetry.js'

/** Wraps a source so that each of its scans is recorded: outcome, duration and bytes. */
export function observedSource(spokeId: string, source: Source, telemetry: Telemetry): Source {
  return {
    decidesAccess: source.decidesAccess === true,
    harvest: (cursor, signal) => source.harvest(cursor, signal),
    capabilities: (tables) => source.capabilities(tables),
    plan: (fragment, capabilities) => source.plan(fragment, capabilities),
    native: (pushed) => source.native(pushed),
    health: (signal) => source.health(signal),
    ...(source.changes === undefined ? {} : { changes: source.changes.bind(source) }),
    ...(source.exchange === undefined ? {} : { exchange: source.exchange.bind(source) }),
    close: () => source.close(),
    execute(planned, options) {
      const watch = watchScan(spokeId, telemetry)
      // A scan that never ends is recorded when its time is over.
      options.signal.addEventListener('abort', () => watch.end(reasonOf(options.signal)), { once: true })
      const scan = watch.within(() => source.execute(planned, options))
      return { parts: watched(scan, watch, options.signal), report: scan.report }
    },
  }
}

interface ScanWatch {
  within<T>(work: () => T): T
  part(bytes: number): void
  /** Only the first call counts. */
  end(outcome: string): void
}

function watchScan(spokeId: string, { metrics, traces }: Telemetry): ScanWatch {
  const started = performance.now()
  const span = traces?.fragment(spokeId)
  let bytes = 0
  let ended = false
  return {
    within: (work) => (span === undefined ? work() : context.with(span.context, work)),
    part(of) {
      bytes += of
    },
    end(outcome) {
      if (ended) return
      ended = true
      metrics.scan({ spokeId, outcome, bytes, durationMs: performance.now() - started })
      span?.end(outcome === 'OK' ? undefined : outcome, { 'dials.bytes': bytes })
    },
  }
}

/** The same parts. If the reader stops, the source is stopped at once. */
function watched({ parts }: Scan, watch: ScanWatch, signal: AbortSignal): AsyncIterable<Part> {
  const open = () => {
    const iterator = parts[Symbol.asyncIterator]()
    return {
      async next(): Promise<IteratorResult<Part>> {
        try {
          const part = await watch.within(() => iterator.next())
          if (part.done === true) watch.end('OK')
          else watch.part(part.value.file.bytes)
          return part
        } catch (thrown) {
          watch.end(signal.aborted ? reasonOf(signal) : toDialsError(thrown).code)
          throw thrown
        }
      },
      async return(): Promise<IteratorResult<Part>> {
        watch.end('CANCELLED')
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }
  }
  return { [Symbol.asyncIterator]: open }
}

/** Whether the time was over, or the client or the rest of the query has gone. */
function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof DOMException && reason.name === 'TimeoutError' ? 'SOURCE_TIMEOUT' : 'CANCELLED'
}
