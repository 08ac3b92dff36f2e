/** Names of temporary files that editors, file managers and downloads leave behind. Nobody means to publish them. */
const leavings = [
  /^~\$/,
  /^\.?~lock\./,
  /^#.*#$/,
  /~$/,
  /\.(?:bak|tmp|temp|swp|swo|swx|orig|part|partial|crdownload|download|lock|lck)$/i,
  /^(?:thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r)$/i,
  /^__macosx$/i,
  /^\./,
]

/** Whether a name is that of a temporary file. */
export const isLeaving = (name: string): boolean => leavings.some((pattern) => pattern.test(name))

/** Kinds of file that are not read, by ending, and what to do with them. */
const kinds: readonly { endings: RegExp; are: string; mend: string }[] = [
  {
    endings: /^(?:xls|xlt|xlsb|ods|ots|fods|numbers|wk\d|wks|123|qpw|sxc)$/,
    are: 'a workbook of another format',
    mend: 'Save it as .xlsx or CSV.',
  },
  {
    endings: /^(?:txt|text|tab|dat|asc|psv|ssv|prn|out|lst|log)$/,
    are: 'text',
    mend: 'If it holds a table, save it as .csv, .tsv or .ndjson.',
  },
  { endings: /^(?:gz|tgz|bz2|xz|zst|zip|7z|rar|tar|lz4|br|z)$/, are: 'compressed', mend: 'Unpack it.' },
  { endings: /^(?:xml|rdf|ttl|nt|owl|xsd|rss|atom)$/, are: 'XML or RDF', mend: 'Save what it holds as CSV, JSON or GeoJSON.' },
  {
    endings:
      /^(?:shp|shx|dbf|prj|cpg|sbn|sbx|qix|qpj|qmd|kml|kmz|gml|gpx|gpkg|gdb|mdb|mif|mid|fgb|topojson|mbtiles|pmtiles|wkt|wkb|dxf|dwg|lyr|lyrx|qgs|qgz|tiff?)$/,
    are: 'a map of another format',
    mend: 'Save it as GeoJSON in WGS84 (longitude, latitude), or as CSV.',
  },
  {
    endings:
      /^(?:sav|zsav|por|sas7bdat|xpt|dta|rds|rda|rdata|feather|arrow|avro|orc|h5|hdf5|nc|sqlite3?|db3?|accdb|duckdb|sql|pkl|npy|mat|jmp)$/,
    are: 'of a statistics program or a database',
    mend: 'Export it as CSV or Parquet.',
  },
  {
    endings: /^(?:pdf|docx?|docm|rtf|odt|pages|pptx?|odp|html?|mht|epub|md|msg|eml)$/,
    are: 'a document',
    mend: 'Publish the tables in it as CSV.',
  },
  {
    endings: /^(?:png|jpe?g|gif|webp|svg|bmp|heic|mp[34]|mov|avi|wav)$/,
    are: 'a picture, sound or film',
    mend: 'Publish the data behind it as CSV, or move it out of the folder.',
  },
]
const other = { are: 'of a kind that is not read', mend: 'Save what it holds as CSV, TSV, JSON, NDJSON, GeoJSON, XLSX or Parquet.' }

const shownMax = 20

/** One message for each kind of file that is not read: which files, and what to do. @param names with their endings, in order. */
export function passedOver(names: readonly string[]): { name: string; message: string }[] {
  const byKind = new Map<{ are: string; mend: string }, string[]>()
  for (const name of names) {
    const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
    const kind = kinds.find(({ endings }) => endings.test(ending)) ?? other
    const own = byKind.get(kind)
    if (own === undefined) byKind.set(kind, [name])
    else own.push(name)
  }
  return [...byKind].map(([{ are, mend }, own]) => ({ name: own[0] as string, message: `${shown(own)}: not read (${are}). ${mend}` }))
}

/** Lists names; of many, only the first. */
export function shown(names: readonly string[]): string {
  const some = names.slice(0, shownMax).map((name) => (name.length > 80 ? `${name.slice(0, 79)}…` : name))
  return names.length > shownMax ? `${some.join(', ')} and ${names.length - shownMax} more` : some.join(', ')
}
