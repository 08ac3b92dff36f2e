import type { Log } from '../connector/source.js'
import type { Traces } from './traces.js'

/** The standard names of where traces go. */
const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']

/**
 * Tracing, where the environment names an OTLP endpoint (HTTP); undefined where it does not, and then nothing of it is loaded. The exporter
 * reads its other settings from the same standard variables: OTEL_EXPORTER_OTLP_HEADERS, OTEL_BSP_*, OTEL_TRACES_SAMPLER,
 * OTEL_SERVICE_NAME.
 */
export async function startTraces(variables: Readonly<Record<string, string | undefined>>, log: Log): Promise<Traces | undefined> {
  if (variables['OTEL_SDK_DISABLED'] === 'true' || !endpoints.some((name) => variables[name])) return undefined
  const { openTraces } = await import('./open-traces.js')
  return openTraces(variables['OTEL_SERVICE_NAME'] || 'seven-dials', log)
}
