import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileLiteral, columnAt, literal } from '../../engine-sql.js'
import { secondHeader, secondTables } from '../layout/blocks.js'
import { columnsMax, tooManyColumns } from '../columns-max.js'
import { Unreadable } from '../unreadable.js'
import { asUtf8 } from './as-utf8.js'
import { cellsOf } from './cells.js'
import { namedColumns } from '../layout/column-names.js'
import { listPlaces } from '../list-places.js'
import { type Delimiter, detectDialect, type Dialect, isRare, namedDelimiter, printable } from './dialect.js'
import { findHeader } from '../layout/header.js'
import { ruleUnder, shortHeader } from '../layout/header-notes.js'
import { isProse, oneColumnProblem, proseProblem } from './one-column.js'
import { usualQuotes } from './usual-quotes.js'
import { RecordScanner } from './records.js'
import { refuseOtherText } from './refuse-other.js'
import { readSample } from './sample.js'
import { rewrite, type RewriteOptions, type TextReport } from './rewrite.js'

/** Delimited text, ready for the engine. */
export interface DelimitedText {
  delimiter: Delimiter
  /** A table expression with columns c0 … as VARCHAR: an empty field is null, and `""` is ''. */
  from: string
  names: string[]
  /** The positions of columns without a name in the file. */
  unnamed: number[]
  rows: number
  /** Bytes of a row, on average. */
  rowBytes: number
  /** The kinds of characters in each column's values, by position (see typing/signs). */
  signs: ArrayLike<number>
  problems: string[]
}

const noRows = 'The file holds the names of columns and no row under them. If it should hold rows, fetch or save it again.'
const sampleRecords = 300

/**
 * Reads a CSV or TSV file as text columns. Encoding, line ends, delimiter, preamble and header are detected here, because the engine's own
 * guesses are wrong on real files without a warning. The engine reads a clean file where it is; any other file is first rewritten.
 * @param scratch a folder for rewritten files.
 * @param promised the delimiter that the file's ending suggests.
 * @throws Unreadable if the file holds no table.
 */
export async function readDelimited(path: string, scratch: string, signal: AbortSignal, promised?: Delimiter): Promise<DelimitedText> {
  const text = await usualQuotes(await asUtf8(path, { scratch, signal }), promised, { scratch, signal })
  const problems = [...text.problems]
  const sample = await readSample(text.path, text.start)
  refuseOtherText(sample)
  const { names, unnamed, dialect, dataFrom, rows } = tableStart(sample, promised, problems)

  const options = { start: text.start, cutBytes: text.cutBytes, dataFrom, signal }
  let report = await rewrite(text.path, dialect, options)
  if (report.leftOut > report.rows) {
    throw new Unreadable(
      `Of its ${report.leftOut + report.rows} lines only ${report.rows} can be read as rows of one table: it is no CSV, or it was damaged.`,
    )
  }
  let source = { path: text.path, skip: dataFrom }
  if (!report.clean) {
    source = { path: join(scratch, 'rows.csv'), skip: 0 }
    report = await rewriteTo(source.path, text.path, dialect, options)
  }
  if (report.rows === 0 && report.leftOut === 0) problems.push(noRows)
  problems.push(...secondTables(report.afterBlanks, rows, 'Line'))
  const rowBytes = report.bytes / Math.max(1, report.rows)
  return {
    delimiter: dialect.delimiter,
    from: readCsv(source, dialect, report),
    names,
    unnamed,
    rows: report.rows,
    rowBytes,
    signs: report.signs,
    problems: [...problems, ...report.problems],
  }
}

/** Finds the delimiter, the width, the header and the first rows. Reports what was left out or assumed. */
function tableStart(sample: Buffer, promised: Delimiter | undefined, problems: string[]) {
  const named = namedDelimiter(sample)
  const found = detectDialect(sample, named ?? promised)
  const split = firstRecords(sample, found.delimiter, named !== undefined)
  const isOneColumn = found.delimiter === ',' && found.width > 1 && isProse(split.map(({ cells }) => cells))
  // The delimiter for a single column is a character that no text holds.
  const { delimiter, width }: Dialect = isOneColumn ? { delimiter: '\u001f', width: 1 } : found
  const records = isOneColumn ? firstRecords(sample, delimiter, named !== undefined) : split
  if (!records.some(({ cells }) => cells.some((cell) => cell.trim() !== ''))) throw new Unreadable('The file holds no value: it is empty.')

  if (isOneColumn) problems.push(proseProblem)
  else if (isRare(delimiter)) problems.push(`Its fields are separated by ${printable(delimiter)}. Save the file with commas to be certain.`)
  if (width === 1 && !isOneColumn)
    problems.push(...[oneColumnProblem(records.map(({ cells }) => cells[0] ?? ''))].flatMap((problem) => problem ?? []))
  const header = findHeader(
    records.map(({ cells }) => cells),
    width,
  )
  const first = records[header.at ?? header.dataFrom]
  const above = records.slice(0, header.at ?? header.dataFrom).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  if (above.length > 0)
    problems.push(
      `${listPlaces(
        above.map(({ line }) => line),
        'Line',
        'Lines',
      )} above the table: left out (title or note).`,
    )
  const cells = header.at === undefined ? [] : trimmedEnd(first?.cells ?? [])
  const dialect: Dialect = { delimiter, width: Math.max(width, cells.length) }
  if (dialect.width > columnsMax) throw new Unreadable(tooManyColumns())
  const titles = Array.from({ length: dialect.width }, (_, position) => cells[position] ?? '')
  const data = records.slice(header.dataFrom).filter((record) => record.cells.length > 0)
  const rows = data.map((record) => record.cells)
  if (header.at === undefined) {
    problems.push('No header was found: the first row is data, and the columns are named by position (column_1 …).')
    return { names: titles.map((_, position) => `column_${position + 1}`), unnamed: [], dialect, dataFrom: header.dataFrom, rows }
  }
  const { names, problems: renamed, unnamed } = namedColumns(titles)
  problems.push(...renamed, ...shortHeader(first?.cells ?? [], rows, dialect.width))
  if (header.assumed !== undefined) problems.push(`Line ${first?.line}: ${header.assumed}`)
  const rule = ruleUnder(records, header.dataFrom)
  const ruleRows = rule === undefined ? 0 : 1
  if (rule !== undefined) problems.push(`Line ${rule}: a line of dashes under the header; left out.`)
  const own = rows.slice(ruleRows)
  problems.push(...secondHeader(cells, own[0], own.slice(1), 'Line', data[ruleRows]?.line ?? 0))
  return { names, unnamed: unnamed.map((place) => place - 1), dialect, dataFrom: header.dataFrom + ruleRows, rows: own }
}

/** The first records as fields. @param isNamed whether the first record only names the delimiter */
function firstRecords(sample: Buffer, delimiter: Delimiter, isNamed: boolean): { cells: string[]; line: number }[] {
  const records: { cells: string[]; line: number }[] = []
  const scanner = new RecordScanner(delimiter, (record) => {
    if (records.length >= sampleRecords) return
    const isNaming = isNamed && records.length === 0
    const cells = record.blank || isNaming ? [] : cellsOf(record.buffer.toString('utf8', record.start, record.end), delimiter)
    records.push({ cells: cells.map((cell) => cell.text), line: record.line })
  })
  scanner.push(sample)
  if (records.length < sampleRecords) scanner.end()
  return records
}

function trimmedEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1)
}

async function rewriteTo(target: string, path: string, dialect: Dialect, options: RewriteOptions): Promise<TextReport> {
  const file = await open(target, 'w')
  try {
    return await rewrite(path, dialect, options, { write: async (bytes) => void (await file.appendFile(bytes)) })
  } finally {
    await file.close()
  }
}

function readCsv(source: { path: string; skip: number }, { delimiter, width }: Dialect, report: TextReport): string {
  const columns = Array.from({ length: width }, (_, position) => `${columnAt(position)}: 'VARCHAR'`)
  // The engine's default for both options. Longer records need more.
  const lineBytes = Math.max(2_097_152, report.recordBytesMost * 2)
  return (
    `read_csv(${fileLiteral(source.path)}, auto_detect = false, header = false, skip = ${source.skip}, columns = {${columns.join(', ')}}, ` +
    // Without new_line, the engine may take a line end inside quotes for the file's line end. `strict_mode` is its default; setting it
    // explicitly makes it read no row after CRLF with a skip (1.5.5). The rows are counted afterwards in any case.
    `new_line = ${literal(JSON.stringify(report.lineEnd).slice(1, -1))}, delim = ${literal(delimiter)}, quote = '"', escape = '"', ` +
    `nullstr = '', allow_quoted_nulls = false, ` +
    `compression = 'none', encoding = 'utf-8', max_line_size = ${lineBytes}, buffer_size = ${Math.max(8_388_608, lineBytes * 2)}, ` +
    `parallel = ${!report.multiline})`
  )
}
