import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import iconv from 'iconv-lite'

/** Bytes of the UTF-8 character that begins at a place; 0 where none does. */
function letterBytes(bytes: Buffer, at: number): number {
  const lead = bytes[at] as number
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

/** Bytes at the end that may belong to a character whose rest is in the next chunk: none to three. */
export function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

/**
 * Whether the last bytes of a file are the beginning of a letter of UTF-8, and not letters of Windows-1252. One byte alone is where it is
 * the first of an é, a £ or the like: by itself it would be an Ã or an Â, with which no text ends.
 */
export function isCutLetter(held: Buffer): boolean {
  const lead = held[0] as number
  return held.length > 1 ? lead >= 0xc2 && lead <= 0xf4 : lead === 0xc2 || lead === 0xc3
}

/** What the bytes of a text beyond ASCII are. */
export interface LetterCounts {
  /** Characters of UTF-8 of two bytes and more. */
  letters: number
  /** Bytes that are part of none. */
  others: number
  /** Those of them that are hardly ever letters of Windows-1252: they are common in Mac Roman and in the code pages of DOS. */
  rare: number
  /** Bytes at the end that are the beginning of a character. */
  cutBytes: number
}

/** Of Windows-1252 in 0x80 to 0x9f: quotes, dashes, the euro and the like are common in English; the rest is rare or undefined. */
const common = new Set([0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99])

/** Counts over a whole file, byte by byte: only for those that are not whole in UTF-8. */
export async function countLetters(path: string, signal: AbortSignal): Promise<LetterCounts> {
  const counts: LetterCounts = { letters: 0, others: 0, rare: 0, cutBytes: 0 }
  let held: Buffer = Buffer.alloc(0)
  for await (const read of createReadStream(path, { highWaterMark: 1 << 20, signal }) as AsyncIterable<Buffer>) {
    const whole = held.length === 0 ? read : Buffer.concat([held, read])
    const end = whole.length - unfinishedBytes(whole)
    countIn(whole.subarray(0, end), counts)
    held = whole.subarray(end)
  }
  if (held.length > 0 && isCutLetter(held)) counts.cutBytes = held.length
  else countIn(held, counts)
  return counts
}

function countIn(bytes: Buffer, counts: LetterCounts): void {
  for (let at = 0; at < bytes.length;) {
    const length = letterBytes(bytes, at)
    if (length > 1) counts.letters++
    else if (length === 0) {
      counts.others++
      const byte = bytes[at] as number
      if (byte < 0xa0 && !common.has(byte)) counts.rare++
    }
    at += Math.max(1, length)
  }
}

/** A line of UTF-8 with foreign bytes: each is read as Windows-1252, so that nothing of it is lost and every other letter stays. */
export function mendLetters(line: Buffer): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  for (let at = 0; at < line.length;) {
    const length = letterBytes(line, at)
    if (length === 0) {
      pieces.push(line.subarray(from, at), Buffer.from(iconv.decode(line.subarray(at, at + 1), 'windows-1252')))
      from = at + 1
    }
    at += Math.max(1, length)
  }
  return Buffer.concat([...pieces, line.subarray(from)])
}
