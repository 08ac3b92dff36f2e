/** The formats that can be read. If a dataset has several, its table comes from the first of this list. */
export const formats = ['parquet', 'csv', 'tsv', 'geojson', 'ndjson', 'json', 'xlsx'] as const
/** A format that can be read. */
export type Format = (typeof formats)[number]

/** Media types as registered with IANA. Parquet has one since 2024. */
const mediaTypes: Record<Format, string> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  geojson: 'application/geo+json',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Workbooks with macros, and templates: the same format with other endings and media types. */
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

/** The media type of a file, by its format and name. */
export function mediaTypeOf(name: string, format: Format): string {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return format === 'xlsx' && Object.hasOwn(workbooks, ending) ? (workbooks[ending] as string) : mediaTypes[format]
}

/** The format of a file's ending, in any case; undefined if it is not a data format. */
export function formatOf(ending: string): Format | undefined {
  const key = ending.toLowerCase()
  return Object.hasOwn(endings, key) ? endings[key] : undefined
}
