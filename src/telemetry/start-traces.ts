import type { Log } from '../connector/source.js'
import type { Traces } from './traces.js'

/** The standard variables for where traces go. */
const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']

/**
 * Starts tracing if the environment names an OTLP endpoint (HTTP); else returns undefined and loads nothing. The exporter reads its other
 * settings from the standard variables: OTEL_EXPORTER_OTLP_HEADERS, OTEL_BSP_*, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME.
 */
export async function startTraces(variables: Readonly<Record<string, string | undefined>>, log: Log): Promise<Traces | undefined> {
  if (variables['OTEL_SDK_DISABLED'] === 'true' || !endpoints.some((name) => variables[name])) return undefined
  const { openTraces } = await import('./open-traces.js')
  return openTraces(variables['OTEL_SERVICE_NAME'] || 'seven-dials', log)
}
