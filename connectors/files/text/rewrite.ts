import { createReadStream } from 'node:fs'
import { type Cell, cellsOf, recordOf } from './cells.js'
import { list } from './column-names.js'
import type { Dialect } from './dialect.js'
import { RecordScanner, type RawRecord } from './records.js'

/** Where a rewritten text goes, piece by piece, in order. */
export interface TextSink {
  write(bytes: Buffer): Promise<void>
}

/** What one pass over a text saw. */
export interface TextReport {
  /** Rows in the result. */
  rows: number
  /** The text is already what a rewrite would make of it, after `skipLines` lines. */
  clean: boolean
  recordBytesMost: number
  /** Of all records that became rows. */
  bytes: number
  multiline: boolean
  /** The line end of the result. */
  lineEnd: '\n' | '\r\n' | '\r'
  /** What was mended or left out, by line. */
  problems: string[]
}

const shownMax = 5

interface Noted {
  lines: number[]
  total: number
}

/**
 * Brings delimited UTF-8 text into its one canonical form: no byte order mark, preamble, header or blank rows; one kind of line end; every
 * row with the same number of fields. Short rows get empty fields at their end; what cannot be a row is left out. All of it is told, by line.
 * Without a sink it only looks. Clean stretches are copied as bytes, so a pass runs at the speed of a scan.
 * @param dataFrom how many records come before the first row.
 * @param cutBytes bytes at the end of the file that are half a character.
 */
export async function rewrite(
  path: string,
  dialect: Dialect,
  options: { start: number; cutBytes: number; dataFrom: number; signal: AbortSignal },
  sink?: TextSink,
): Promise<TextReport> {
  const { delimiter, width } = dialect
  const report: TextReport = { rows: 0, clean: (options.start === 0 || options.dataFrom > 0) && options.cutBytes === 0, recordBytesMost: 0, bytes: 0, multiline: false, lineEnd: '\n', problems: [] }
  const noted = new Map<Kind, Noted>()
  let seen = 0
  let lineEnd: Buffer | undefined
  let pieces: Buffer[] = []
  let run: { buffer: Buffer; from: number; to: number } | undefined

  const note = (kind: Kind, line: number) => {
    const lines = noted.get(kind) ?? { lines: [], total: 0 }
    if (lines.lines.length < shownMax) lines.lines.push(line)
    lines.total++
    noted.set(kind, lines)
  }
  const flush = () => {
    if (run !== undefined && sink !== undefined) pieces.push(run.buffer.subarray(run.from, run.to))
    run = undefined
  }
  const put = (text: Buffer | string) => {
    flush()
    if (sink !== undefined) pieces.push(typeof text === 'string' ? Buffer.from(text) : text, lineEnd as Buffer)
  }
  const keep = (record: RawRecord) => {
    if (record.next - record.end !== (lineEnd as Buffer).length || record.buffer[record.end] !== (lineEnd as Buffer)[0]) {
      if (record.next !== record.end) report.clean = false
      put(record.buffer.subarray(record.start, record.end))
    } else if (run?.buffer === record.buffer && run.to === record.start) run.to = record.next
    else {
      flush()
      run = { buffer: record.buffer, from: record.start, to: record.next }
    }
  }

  const scanner = new RecordScanner(delimiter, (record) => {
    lineEnd ??= record.next > record.end ? Buffer.from(record.buffer.subarray(record.end, record.next)) : Buffer.from('\n')
    if (seen++ < options.dataFrom) {
      // DuckDB can skip lines, and only whole ones.
      if (record.multiline || record.blank || record.flaw !== undefined || record.next - record.end !== lineEnd.length) report.clean = false
      return
    }
    const cut = record.next === record.end
    const cutCharacter = cut && options.cutBytes > 0
    report.recordBytesMost = Math.max(report.recordBytesMost, record.next - record.start + width)
    report.bytes += record.next - record.start
    if (record.flaw === undefined && record.fields === width && !record.spaced && !record.blank && !cutCharacter) {
      report.rows++
      if (record.multiline) report.multiline = true
      keep(record)
      return
    }
    report.clean = false
    if (record.blank) {
      if (record.fields > 1) note('blank', record.line)
      return
    }
    const stopped = obstacle(record, width, cut, cutCharacter)
    const row = stopped === undefined ? mended(record, dialect) : { kind: stopped }
    if (row.kind !== undefined) note(row.kind, record.line)
    if (row.text === undefined) return
    report.rows++
    if (record.multiline) report.multiline = true
    put(row.text)
  })
  for await (const chunk of createReadStream(path, { start: options.start, highWaterMark: 1 << 20, signal: options.signal }) as AsyncIterable<Buffer>) {
    scanner.push(chunk)
    flush()
    if (sink !== undefined && pieces.length > 0) await sink.write(Buffer.concat(pieces))
    pieces = []
  }
  scanner.end()
  flush()
  if (sink !== undefined && pieces.length > 0) await sink.write(Buffer.concat(pieces))
  report.lineEnd = (lineEnd?.toString('latin1') ?? '\n') as TextReport['lineEnd']
  report.problems = [...noted].map(([kind, { lines, total }]) => told(kind, lines, total))
  return report
}

/** Why a record is not a row as it stands. */
type Kind = 'short' | 'long' | 'unclosed quote' | 'text after quote' | 'literal quote' | 'NUL' | 'cut' | 'blank'

/** What stops a record from being read at all, or nothing. */
function obstacle(record: RawRecord, width: number, cut: boolean, cutCharacter: boolean): Kind | undefined {
  if (record.flaw === 'NUL') return 'NUL'
  if (record.flaw === 'unclosed quote') return cut ? 'cut' : 'unclosed quote'
  return cut && (cutCharacter || (record.flaw === undefined && record.fields < width)) ? 'cut' : undefined
}

/** A record that is not a row as it stands, mended: its text, or nothing where it cannot be one. */
function mended(record: RawRecord, { delimiter, width }: Dialect): { kind?: Kind; text?: string } {
  const text = record.buffer.toString('utf8', record.start, record.end)
  if (text.includes('\0')) return { kind: 'NUL' }
  const cells = cellsOf(text, delimiter)
  if (cells.slice(width).some((cell) => cell.text !== '')) return { kind: 'long' }
  if (record.flaw === 'text after quote') {
    if (cells.some(isUnclosed)) return { kind: 'unclosed quote' }
    if (cells.length < width) return { kind: 'text after quote' }
  }
  const missing = Array.from({ length: Math.max(0, width - cells.length) }, () => ({ text: '', quoted: false }))
  const row = recordOf([...cells.slice(0, width), ...missing], delimiter)
  if (record.flaw === 'text after quote') return { kind: 'literal quote', text: row }
  return missing.length > 0 ? { kind: 'short', text: row } : { text: row }
}

function isUnclosed({ text, quoted }: Cell): boolean {
  return !quoted && text.trimStart().startsWith('"') && text.split('"').length % 2 === 0
}

function told(kind: Kind, lines: readonly number[], total: number): string {
  const where = list(lines, 'Line', 'Lines', total)
  switch (kind) {
    case 'short':
      return `${where}: fewer fields than columns; the missing ones at the end were read as empty.`
    case 'long':
      return `${where}: more fields than columns; left out. A field that holds the delimiter needs quotes around it.`
    case 'unclosed quote':
      return `${where}: a quote is opened and never closed; left out. Close it, or double it where it belongs to the text.`
    case 'text after quote':
      return `${where}: text follows a closing quote, and the fields cannot be told apart; left out. Double the quotes inside of a quoted field.`
    case 'literal quote':
      return `${where}: quotes inside of a quoted field are not doubled; the field was read literally, quotes included.`
    case 'NUL':
      return `${where}: holds a NUL byte; left out.`
    case 'cut':
      return `${where}: the file ends in the middle of this row; it was left out, and rows after it may be missing. The file was cut short: fetch or save it again.`
    case 'blank':
      return `${where}: no field holds a value; left out.`
  }
}
