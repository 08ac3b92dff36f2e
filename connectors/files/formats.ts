/** The formats that are read, the one that a dataset's table comes from first. */
export const formats = ['parquet', 'csv', 'tsv', 'geojson', 'ndjson', 'json', 'xlsx'] as const
export type Format = (typeof formats)[number]

/** Media types as IANA registers them; Parquet's since 2024. */
export const mediaTypes: Record<Format, string> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  geojson: 'application/geo+json',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

const endings: Record<string, Format> = { ...Object.fromEntries(formats.map((format) => [format, format])), jsonl: 'ndjson', ldjson: 'ndjson', geojsonl: 'geojson', geojsons: 'geojson', geojsonseq: 'geojson' }

/** The format that a file's ending names, in any case; nothing for what is not data. */
export function formatOf(ending: string): Format | undefined {
  const key = ending.toLowerCase()
  return Object.hasOwn(endings, key) ? endings[key] : undefined
}
