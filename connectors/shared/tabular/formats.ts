/** The formats that are read, the one that a dataset's table comes from first. */
export const formats = ['parquet', 'csv', 'tsv', 'geojson', 'ndjson', 'json', 'xlsx'] as const
export type Format = (typeof formats)[number]

/** Media types as IANA registers them; Parquet's since 2024. */
const mediaTypes: Record<Format, string> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  geojson: 'application/geo+json',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Workbooks with macros, and templates: the same format under other endings and media types. */
const workbooks: Record<string, string> = {
  xlsm: 'application/vnd.ms-excel.sheet.macroenabled.12',
  xltx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.template',
  xltm: 'application/vnd.ms-excel.template.macroenabled.12',
}

const endings: Record<string, Format> = {
  ...Object.fromEntries(formats.map((format) => [format, format])),
  ...Object.fromEntries(Object.keys(workbooks).map((ending) => [ending, 'xlsx' as const])),
  jsonl: 'ndjson',
  ldjson: 'ndjson',
  geojsonl: 'geojson',
  geojsons: 'geojson',
  geojsonseq: 'geojson',
}

/** The media type of a file of a format, by its name. */
export function mediaTypeOf(name: string, format: Format): string {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return format === 'xlsx' && Object.hasOwn(workbooks, ending) ? (workbooks[ending] as string) : mediaTypes[format]
}

/** The format that a file's ending names, in any case; nothing for what is not data. */
export function formatOf(ending: string): Format | undefined {
  const key = ending.toLowerCase()
  return Object.hasOwn(endings, key) ? endings[key] : undefined
}
