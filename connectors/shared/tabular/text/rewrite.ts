import { createReadStream } from 'node:fs'
import { RowsAfterBlanks } from '../layout/blocks.js'
import { signsOf } from '../typing/signs.js'
import { cellsOf } from './cells.js'
import type { Dialect } from './dialect.js'
import { mendRecord } from './mend-record.js'
import { type RawRecord, RecordScanner } from './records.js'
import { RowOutput, type TextSink } from './row-output.js'
import { RowProblems } from './row-problems.js'

/** What one pass over a text found. */
export interface TextReport {
  /** Rows in the result. */
  rows: number
  /** Records that could not be read as rows. */
  leftOut: number
  /** The text after `dataFrom` lines is already in canonical form. */
  clean: boolean
  recordBytesMost: number
  /** Bytes of all records from the first row on. */
  bytes: number
  /** A quoted field holds a line end. */
  multiline: boolean
  /** The line end of the result. */
  lineEnd: '\n' | '\r\n' | '\r'
  /** The kinds of characters in each column's values, by position (see typing/signs). */
  signs: Uint16Array
  /** Rows that follow blank rows. */
  afterBlanks: RowsAfterBlanks
  /** Reports of repaired and omitted rows, by line. */
  problems: string[]
}

/** Where the text begins and ends, and where the rows go. */
export interface RewriteOptions {
  /** Bytes of the byte order mark. */
  start: number
  /** Bytes of an incomplete letter at the end of the file. */
  cutBytes: number
  /** How many records come before the first row. */
  dataFrom: number
  signal: AbortSignal
}

/**
 * Rewrites delimited UTF-8 text in canonical form: without byte order mark, preamble, header and blank rows; with one kind of line end;
 * with the same number of fields in every row. Short rows get empty fields at their end. Records that cannot be rows are left out. All
 * changes are reported, by line. Without a sink, it only reports. Clean stretches are copied as bytes, so a pass runs at the speed of a
 * scan.
 */
export async function rewrite(path: string, dialect: Dialect, options: RewriteOptions, sink?: TextSink): Promise<TextReport> {
  const pass = new Pass(dialect, options, sink)
  const scanner = new RecordScanner(dialect.delimiter, (record) => pass.record(record))
  const { start, signal } = options
  for await (const chunk of createReadStream(path, { start, highWaterMark: 1 << 20, signal }) as AsyncIterable<Buffer>) {
    scanner.push(chunk)
    await pass.output?.flush()
  }
  scanner.end()
  await pass.output?.flush()
  pass.report.problems = pass.problems.problems()
  return pass.report
}

class Pass {
  readonly report: TextReport
  readonly problems = new RowProblems()
  output: RowOutput | undefined
  #seen = 0
  #isAfterBlank = false

  constructor(
    private readonly dialect: Dialect,
    private readonly options: RewriteOptions,
    private readonly sink: TextSink | undefined,
  ) {
    const clean = (options.start === 0 || options.dataFrom > 0) && options.cutBytes === 0
    this.report = {
      rows: 0,
      leftOut: 0,
      clean,
      recordBytesMost: 0,
      bytes: 0,
      multiline: false,
      lineEnd: '\n',
      signs: new Uint16Array(dialect.width),
      afterBlanks: new RowsAfterBlanks(),
      problems: [],
    }
  }

  record(record: RawRecord): void {
    const { report } = this
    const output = (this.output ??= this.#open(record))
    if (this.#seen++ < this.options.dataFrom) {
      // The engine can only skip whole lines.
      const line = !record.multiline && !record.blank && record.flaw === undefined && record.next - record.end === report.lineEnd.length
      if (!line) report.clean = false
      return
    }
    if (!record.blank && (this.#isAfterBlank || report.afterBlanks.isNextWanted)) this.#look(record)
    const cut = record.next === record.end
    const cutBytes = cut ? this.options.cutBytes : 0
    report.recordBytesMost = Math.max(report.recordBytesMost, record.next - record.start + this.dialect.width)
    report.bytes += record.next - record.start
    if (record.flaw === undefined && record.fields === this.dialect.width && !record.spaced && !record.blank && cutBytes === 0) {
      if (!output.keep(record)) report.clean = false
      this.#row(record)
      this.#note(record.signs, record.fields)
      return
    }
    report.clean = false
    if (record.blank) {
      this.#isAfterBlank = report.rows > 0
      if (record.fields > 1) this.problems.add('blank', record.line)
      return
    }
    const { problem, text } = mendRecord(record, this.dialect, cut, cutBytes)
    if (problem !== undefined) this.problems.add(problem, record.line)
    if (text === undefined) report.leftOut++
    else {
      output.put(text)
      this.#row(record)
      const { fields, flaw } = record
      if (flaw === undefined) this.#note(record.signs, Math.min(fields, this.dialect.width))
      else
        this.#note(
          cellsOf(text, this.dialect.delimiter).map((cell) => signsOf(cell.text)),
          this.dialect.width,
        )
    }
  }

  #look(record: RawRecord): void {
    const cells = () => cellsOf(record.buffer.toString('utf8', record.start, record.end), this.dialect.delimiter).map(({ text }) => text)
    this.report.afterBlanks.see(this.#isAfterBlank, record.line, cells)
    this.#isAfterBlank = false
  }

  #note(signs: ArrayLike<number>, fields: number): void {
    const all = this.report.signs
    for (let position = 0; position < fields; position++) all[position] = (all[position] as number) | (signs[position] as number)
  }

  #row(record: RawRecord): void {
    this.report.rows++
    if (record.multiline) this.report.multiline = true
  }

  /** Starts the output. The first record's line end is used for all. */
  #open(record: RawRecord): RowOutput {
    if (record.next > record.end) this.report.lineEnd = record.buffer.toString('latin1', record.end, record.next) as TextReport['lineEnd']
    return new RowOutput(Buffer.from(this.report.lineEnd), this.sink)
  }
}
