import { isUtf8 } from 'node:buffer'
import { Transform, type TransformCallback } from 'node:stream'
import { listPlaces } from '../list-places.js'
import { mendLetters, unfinishedBytes } from './letters.js'
import { recordBytesMax } from './records.js'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const endOfFile = 0x1a
const mark = Buffer.from([0xef, 0xbb, 0xbf])
const shownMax = 5

const words = {
  letter: 'letters that are not UTF-8 were read as Windows-1252. Save the file as UTF-8 to be certain of every letter.',
  NUL: 'NUL bytes were left out.',
  mark: 'a byte order mark was left out, as it stands where files were joined.',
} as const

/**
 * A stream that repairs UTF-8 text line by line: invalid bytes, NUL bytes, byte order marks at the start of lines, and the Ctrl-Z at the
 * end of DOS files. Line numbers stay the same. Text without flaws passes at the speed of a scan.
 */
export class Repair extends Transform {
  #carry: Buffer = Buffer.alloc(0)
  #line = 1
  readonly #lines = new Map<keyof typeof words, { shown: number[]; total: number; last: number }>()

  /** The reports of all repairs. */
  problems(): string[] {
    return [...this.#lines].map(([flaw, { shown, total }]) => `${listPlaces(shown, 'Line', 'Lines', total)}: ${words[flaw]}`)
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    const lineEnd = Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn, -2))
    const end = bytes.length - lineEnd > recordBytesMax ? bytes.length - unfinishedBytes(bytes) : lineEnd + 1
    this.#carry = bytes.subarray(end)
    this.#repair(bytes.subarray(0, end), false)
    done()
  }

  override _flush(done: TransformCallback): void {
    this.#repair(this.#carry, true)
    done()
  }

  #repair(bytes: Buffer, last: boolean): void {
    const whole = isUtf8(bytes) && !bytes.includes(0) && !bytes.includes(endOfFile) && !bytes.includes(mark)
    if (whole) this.push(bytes)
    for (let from = 0; from < bytes.length;) {
      const end = lineEndOf(bytes, from)
      if (!whole) this.push(this.#repaired(bytes.subarray(from, end), last && end === bytes.length))
      if (end > from && (bytes[end - 1] === lineFeed || bytes[end - 1] === carriageReturn)) this.#line++
      from = end
    }
  }

  #repaired(line: Buffer, last: boolean): Buffer {
    let mended = line
    while (mended.subarray(0, 3).equals(mark)) mended = this.#note('mark', mended.subarray(3))
    while (mended[0] === endOfFile) mended = mended.subarray(1)
    while (last && mended.at(-1) === endOfFile) mended = mended.subarray(0, -1)
    if (mended.includes(0)) mended = this.#note('NUL', Buffer.from(mended.filter((byte) => byte !== 0)))
    return isUtf8(mended) ? mended : this.#note('letter', mendLetters(mended))
  }

  #note(flaw: keyof typeof words, mended: Buffer): Buffer {
    const lines = this.#lines.get(flaw) ?? { shown: [], total: 0, last: 0 }
    if (lines.last !== this.#line) {
      if (lines.shown.length < shownMax) lines.shown.push(this.#line)
      lines.total++
      lines.last = this.#line
    }
    this.#lines.set(flaw, lines)
    return mended
  }
}

/** The end of the line at a position, after its line end. */
function lineEndOf(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === lineFeed) return at + 1
    if (bytes[at] === carriageReturn) return bytes[at + 1] === lineFeed ? at + 2 : at + 1
  }
  return bytes.length
}
