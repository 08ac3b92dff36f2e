import type { NamedShape, TextForm } from '../../connector/engine.js'
import { BadUserInput } from '../../errors.js'
import type { FormatName } from '../../api/download-url.js'
import { sheetLimits } from './workbook/limits.js'

/** How a CSV file is written. */
export interface CsvOptions {
  readonly separator: string
  /** Whether the file begins with a byte order mark, by which Excel knows UTF-8. */
  readonly bom: boolean
  readonly formulas: 'ESCAPE' | 'KEEP'
}

/** A file format of downloads. */
export interface Format {
  readonly name: FormatName
  /** The first one is answered; the others are understood in `Accept`. */
  readonly mediaTypes: readonly [string, ...string[]]
  readonly extension: string
  /** The most rows that it holds. Absent: as many as there are. */
  readonly rowsMax?: number
  /** How its rows are written as text, and what stands around them. Absent where a file is more than its rows. */
  readonly text?: (columns: readonly NamedShape[], csv: CsvOptions) => FramedText
}

/** Rows as text, and what stands before the first and after the last of them. */
export interface FramedText {
  readonly form: TextForm
  readonly head: string
  readonly tail: string
  /** Bytes to leave out at the beginning of the first row. */
  readonly skip: number
}

/** The formats, the most usual first. */
export const formats: readonly Format[] = [
  { name: 'csv', mediaTypes: ['text/csv', 'application/csv'], extension: 'csv', text: csvText },
  {
    name: 'ndjson',
    mediaTypes: ['application/x-ndjson', 'application/jsonl', 'application/ndjson'],
    extension: 'ndjson',
    text: () => ({ form: { kind: 'NDJSON' }, head: '', tail: '', skip: 0 }),
  },
  { name: 'parquet', mediaTypes: ['application/vnd.apache.parquet', 'application/x-parquet'], extension: 'parquet' },
  { name: 'geojson', mediaTypes: ['application/geo+json'], extension: 'geojson', text: geojsonText },
  {
    name: 'xlsx',
    mediaTypes: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    extension: 'xlsx',
    rowsMax: sheetLimits.rowsMax,
  },
  { name: 'arrow', mediaTypes: ['application/vnd.apache.arrow.stream'], extension: 'arrows' },
]

function csvText(columns: readonly NamedShape[], { separator, bom, formulas }: CsvOptions): FramedText {
  const header = columns.map(({ name }) => headerCell(name, formulas)).join(separator)
  return { form: { kind: 'CSV', separator, formulas }, head: `${bom ? '\ufeff' : ''}${header}\r\n`, tail: '', skip: 0 }
}

/** A column's name as a cell of the first row: by the same rules as the cells below it. */
function headerCell(name: string, formulas: CsvOptions['formulas']): string {
  const safe = formulas === 'ESCAPE' && /^[=+\-@\t\r\n＝＋－＠]/.test(name) ? `'${name}` : name
  return safe === '' || safe !== name || /[",;|\t\r\n]/.test(name) ? `"${safe.replaceAll('"', '""')}"` : name
}

/** The first column of geometries is the place of each feature. @throws BAD_USER_INPUT where there is none. */
function geojsonText(columns: readonly NamedShape[]): FramedText {
  const geometry = columns.findIndex(({ shape }) => shape.type === 'GEOMETRY')
  if (geometry === -1) {
    throw new BadUserInput(
      'GeoJSON needs a column of geometries among the columns that are selected. Select one, or take csv, ndjson or parquet.',
      {
        inputPath: ['select'],
      },
    )
  }
  // Each feature begins with a comma, but the first must not.
  return { form: { kind: 'GEOJSON', geometry }, head: '{"type":"FeatureCollection","features":[\n', tail: '\n]}\n', skip: 2 }
}
