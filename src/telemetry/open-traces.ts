import { setTimeout as delay } from 'node:timers/promises'
import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { Log } from '../connector/source.js'
import { traceparentPropagator } from './traceparent.js'
import { Traces } from './traces.js'

/** How long a stop waits for unsent spans, because an unreachable collector must not delay it. */
const closeMsMax = 2_000
/** How often an unreachable collector is logged. */
const complainEveryMs = 60_000

/**
 * Starts tracing of this process over OTLP/HTTP; only once at a time, because OpenTelemetry's state is global. Spans that cannot be sent
 * are dropped and logged.
 */
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

/** Logs without the library's message, which may quote the headers that it sends. */
function complainTo(log: Log): void {
  let loggedAt = -Infinity
  const ignore = () => undefined
  const error = () => {
    if (performance.now() - loggedAt < complainEveryMs) return
    loggedAt = performance.now()
    log.warn({}, 'traces cannot be sent: the collector does not accept them')
  }
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR)
}
