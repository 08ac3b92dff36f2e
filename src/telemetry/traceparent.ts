import { isSpanContextValid, isValidSpanId, isValidTraceId, type TextMapPropagator, trace } from '@opentelemetry/api'

const header = 'traceparent'
const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Only the W3C header `traceparent`: `tracestate` and `baggage` would let a client send its own text to spokes. */
export const traceparentPropagator: TextMapPropagator = {
  fields: () => [header],
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context)
    if (span !== undefined && isSpanContextValid(span))
      setter.set(carrier, header, `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 1).toString(16).padStart(2, '0')}`)
  },
  extract(context, carrier, getter) {
    const [, traceId = '', spanId = '', flags = ''] = form.exec(String(getter.get(carrier, header))) ?? []
    if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return context
    return trace.setSpanContext(context, { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true })
  },
}
