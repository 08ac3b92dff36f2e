import { setTimeout as delay } from 'node:timers/promises'
import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { Log } from '../connector/source.js'
import { traceparentPropagator } from './traceparent.js'
import { Traces } from './traces.js'

/** How long a stop waits for what is still to be sent: a collector that is gone must not hold it up. */
const closeMsMax = 2_000
/** A collector that is gone is told of this often. */
const complainEveryMs = 60_000

/** Tracing of this process, over OTLP/HTTP. It is the process's own: one at a time. What cannot be sent is dropped, and the log says so. */
export function openTraces(serviceName: string, log: Log): Traces {
  complainTo(log)
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ 'service.name': serviceName }))
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] })
  provider.register({ propagator: traceparentPropagator })
  return new Traces(provider.getTracer('seven-dials'), async () => {
    for (const global of [trace, context, propagation]) global.disable()
    await Promise.race([provider.shutdown().catch(() => undefined), delay(closeMsMax, undefined, { ref: false })])
    diag.disable()
  })
}

/** Without the library's own words, which may quote the headers that it sends. */
function complainTo(log: Log): void {
  let toldAt = -Infinity
  const ignore = () => undefined
  const error = () => {
    if (performance.now() - toldAt < complainEveryMs) return
    toldAt = performance.now()
    log.warn({}, 'traces cannot be sent: the collector does not take them')
  }
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR)
}
