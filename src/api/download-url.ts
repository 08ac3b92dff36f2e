/** The formats of downloads, in the order in which they are offered. */
export const formatNames = ['csv', 'ndjson', 'parquet', 'geojson', 'xlsx', 'arrow'] as const
/** One of `formatNames`. */
export type FormatName = (typeof formatNames)[number]
