import { columnsMax } from '../columns-max.js'
import { signOfByte, signs } from '../typing/signs.js'

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20

/** Marks a byte that is neither quote, delimiter nor line end in the table of kinds. The bits of its sign are added. */
const plain = 8

/** A longer record is treated as one with an unclosed quote. */
export const recordBytesMax = 16 * 1024 * 1024

/** Why a record cannot be read as it is. */
export type Flaw = 'unclosed quote' | 'text after quote' | 'NUL'

/** One record of delimited text, as a range of a buffer. The same object is reused for every record. */
export interface RawRecord {
  buffer: Buffer
  start: number
  /** The position after the last byte of its last field. */
  end: number
  /** The position after its line end. */
  next: number
  /** The line of the file that it starts on, counted from 1. */
  line: number
  fields: number
  /** All fields are empty, without even a pair of quotes. */
  blank: boolean
  flaw: Flaw | undefined
  /** A quoted field holds a line end. */
  multiline: boolean
  /** Blanks stand between a delimiter and a quote. Readers disagree on their meaning. */
  spaced: boolean
  /** The signs of each field, by position. Only for a record without a flaw. */
  signs: Uint16Array
}

/**
 * Splits delimited text into records in one pass over its bytes (RFC 4180: quotes doubled, any line end). A record with an unclosed quote,
 * or a quote that closes inside a field, ends at its own line, so that it does not swallow the lines after it.
 */
export class RecordScanner {
  #carry: Buffer = Buffer.alloc(0)
  #line = 1
  readonly #kinds = signOfByte.map((sign) => plain | sign)
  readonly #record: RawRecord = {
    buffer: this.#carry,
    start: 0,
    end: 0,
    next: 0,
    line: 1,
    fields: 0,
    blank: true,
    flaw: undefined,
    multiline: false,
    spaced: false,
    signs: new Uint16Array(columnsMax),
  }

  /** @param delimiter one ASCII character. */
  constructor(
    delimiter: string,
    private readonly onRecord: (record: RawRecord) => void,
  ) {
    this.#kinds[delimiter.charCodeAt(0)] = 1
    this.#kinds[quote] = 2
    this.#kinds[lineFeed] = 3
    this.#kinds[carriageReturn] = 3
    this.#kinds[0] = 4
  }

  /** Adds the next piece of the text, and passes on the records that are complete. */
  push(chunk: Buffer): void {
    const buffer = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    this.#carry = buffer.subarray(this.#scan(buffer, false))
  }

  /** Ends the text, and passes on its last record. */
  end(): void {
    this.#scan(this.#carry, true)
  }

  /** Returns the start of the first record that the buffer does not hold completely. */
  #scan(buffer: Buffer, last: boolean): number {
    const record = this.#record
    record.buffer = buffer
    let from = 0
    while (from < buffer.length) {
      record.start = from
      record.line = this.#line
      const tooLong = last || buffer.length - from > recordBytesMax
      if (!this.#quoted(buffer, from, last) && !(tooLong && this.#physical(buffer, from, last, 'unclosed quote'))) return from
      this.onRecord(record)
      from = record.next
    }
    return from
  }

  /** Reads one record with its quotes. Returns false if the buffer ends inside it. */
  #quoted(buffer: Buffer, from: number, last: boolean): boolean {
    const kinds = this.#kinds
    const seen = this.#record.signs
    const length = buffer.length
    let field = 0
    let fields = 1
    let lines = 0
    let blank = true
    let nul = false
    let spaced = false
    let atStart = true
    let at = from
    for (; at < length; at++) {
      let kind = kinds[buffer[at] as number] as number
      if (kind >= plain) {
        blank = false
        if (atStart) {
          const start = at
          while (buffer[at] === space) at++
          kind = at < length ? (kinds[buffer[at] as number] as number) : plain
          if (at > start && kind !== 2) field |= signs.blank
          spaced ||= kind === 2 && at > start
          atStart = kind === 2
        }
        while (kind >= plain && at < length) {
          field |= kind
          if (++at < length) kind = kinds[buffer[at] as number] as number
        }
        if (at === length) break
      }
      if (kind === 1) {
        seen[fields - 1] = field & ~plain
        field = 0
        fields++
        atStart = true
      } else if (kind === 3) {
        break
      } else if (kind === 4) {
        nul = true
        atStart = blank = false
      } else if (atStart) {
        atStart = blank = false
        let close = at + 1
        for (; close < length; close++) {
          const byte = buffer[close]
          if (byte === quote) {
            if (buffer[close + 1] !== quote) break
            field |= signs.other
            close++
          } else if (byte === lineFeed || (byte === carriageReturn && buffer[close + 1] !== lineFeed)) lines++
          else if (byte === 0) nul = true
          field |= signOfByte[byte as number] as number
        }
        if (close >= length || (close + 1 === length && !last)) return false
        const after = close + 1 === length ? 3 : (kinds[buffer[close + 1] as number] as number)
        if (after !== 1 && after !== 3) return this.#physical(buffer, from, last, 'text after quote')
        at = close
      } else field |= signs.other
    }
    if (at === length && !last) return false
    seen[fields - 1] = field & ~plain
    this.#record.spaced = spaced
    return this.#close(buffer, at, last, fields, blank, lines, nul ? 'NUL' : undefined)
  }

  /** Reads the physical line as one flawed record. */
  #physical(buffer: Buffer, from: number, last: boolean, flaw: Flaw): boolean {
    let at = from
    while (at < buffer.length && buffer[at] !== lineFeed && buffer[at] !== carriageReturn) at++
    if (at === buffer.length && !last && at - from <= recordBytesMax) return false
    return this.#close(buffer, at, last, 0, false, 0, flaw)
  }

  #close(buffer: Buffer, at: number, last: boolean, fields: number, blank: boolean, lines: number, flaw: Flaw | undefined): boolean {
    if (at + 1 === buffer.length && buffer[at] === carriageReturn && !last) return false
    const record = this.#record
    record.end = at
    record.next = at === buffer.length ? at : buffer[at] === carriageReturn && buffer[at + 1] === lineFeed ? at + 2 : at + 1
    record.fields = fields
    record.blank = blank
    record.flaw = flaw
    record.multiline = lines > 0
    this.#line += lines + 1
    return true
  }
}
