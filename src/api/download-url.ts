import type { Shape } from '../connector/column.js'

/** The formats of downloads, in the order in which they are offered. */
export const formatNames = ['csv', 'ndjson', 'parquet', 'geojson', 'xlsx', 'arrow'] as const
/** One of `formatNames`. */
export type FormatName = (typeof formatNames)[number]

/** Servers and proxies refuse longer addresses. */
const addressMax = 8_000

/**
 * The addresses at which the answer of a query can be downloaded, in each format that it can have. None where the query is too long for an
 * address: then it is sent by POST.
 * @param input QueryInput of the graph. @param isWgs84 whether all places are, as GeoJSON has it. @param baseUrl of the hub, without a slash at its end.
 */
export function downloadsOf(
  input: object,
  columns: readonly { shape: Shape }[],
  isWgs84: boolean,
  baseUrl: string,
): { format: FormatName; url: string }[] {
  const asked = encodeURIComponent(JSON.stringify(input, (_key, value: unknown) => value ?? undefined))
  const isGeoJson = isWgs84 && columns.some(({ shape }) => shape.type === 'GEOMETRY')
  return formatNames
    .filter((format) => format !== 'geojson' || isGeoJson)
    .map((format) => ({ format, url: `${baseUrl}/query?format=${format}&input=${asked}` }))
    .filter(({ url }) => url.length <= addressMax)
}
