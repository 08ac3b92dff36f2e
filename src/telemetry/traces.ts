import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { currentRequest } from './request-record.js'

/** A span under way, and the context for what happens within it. */
export interface OpenSpan {
  readonly context: Context
  /** @param code of the error that it ended with; undefined if it succeeded. */
  end(code: string | undefined, attributes?: Attributes): void
}

/**
 * The spans of a hub: request, operation, stage of a query, fragment. Attributes hold only codes, counts and configured names: never query
 * text, a literal, a value of a row, a token, or an error message, which may quote them.
 */
export class Traces {
  constructor(
    private readonly tracer: Tracer,
    private readonly shutDown: () => Promise<void>,
  ) {}

  /** An HTTP request, below the span that its `traceparent` names. Other tracing headers of the client are ignored. */
  request(method: string, route: string, traceparent: unknown): OpenSpan {
    const parent = typeof traceparent === 'string' ? propagation.extract(context.active(), { traceparent }) : context.active()
    return this.#open(`${method} ${route}`, parent, { 'http.request.method': method, 'http.route': route }, SpanKind.SERVER)
  }

  /** A GraphQL operation: below its request, and above the stages of its queries. */
  operation(): OpenSpan {
    const record = currentRequest()
    const span = this.#open('operation', record?.trace ?? context.active())
    if (record !== undefined) record.trace = span.context
    return span
  }

  /** Runs a stage of a query within a span of its own. Errors pass through. */
  readonly stage = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const span = this.#open(name, within())
    try {
      const done = await context.with(span.context, work)
      span.end(undefined)
      return done
    } catch (thrown) {
      span.end(codeOf(thrown))
      throw thrown
    }
  }

  /** A fragment of a query, at its source. */
  fragment(spokeId: string): OpenSpan {
    return this.#open('fragment', within(), { 'dials.spoke': spokeId }, SpanKind.CLIENT)
  }

  /** Sends the unsent spans and stops. */
  close(): Promise<void> {
    return this.shutDown()
  }

  #open(name: string, parent: Context, attributes: Attributes = {}, kind = SpanKind.INTERNAL): OpenSpan {
    const span: Span = this.tracer.startSpan(name, { attributes, kind }, parent)
    return {
      context: trace.setSpan(parent, span),
      end(code, more = {}) {
        span.setAttributes(more)
        if (code !== undefined) span.setAttribute('dials.code', code).setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      },
    }
  }
}

/** The parent of a new span: the active one, else that of the request. */
function within(): Context {
  const active = context.active()
  return trace.getSpan(active) === undefined ? (currentRequest()?.trace ?? active) : active
}

function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR'
}
