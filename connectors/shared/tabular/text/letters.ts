import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import iconv from 'iconv-lite'

/** The length in bytes of the UTF-8 character at a position; 0 if there is none. */
function letterBytes(bytes: Buffer, at: number): number {
  const lead = bytes[at] as number
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

/** How many bytes at the end, none to three, may belong to a character that continues in the next chunk. */
export function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

/**
 * Whether the last bytes of a file are an incomplete UTF-8 character rather than letters of Windows-1252. A single byte counts if it begins
 * letters such as é or £: in Windows-1252 it would be Ã or Â, with which no text ends.
 */
export function isCutLetter(held: Buffer): boolean {
  const lead = held[0] as number
  return held.length > 1 ? lead >= 0xc2 && lead <= 0xf4 : lead === 0xc2 || lead === 0xc3
}

/** Counts of the bytes beyond ASCII in a text. */
export interface LetterCounts {
  /** UTF-8 characters of two or more bytes. */
  letters: number
  /** Bytes that belong to no such character. */
  others: number
  /** Those of the others that are hardly ever Windows-1252 letters, but common in Mac Roman and DOS code pages. */
  rare: number
  /** Bytes of an incomplete character at the end. */
  cutBytes: number
}

/** Bytes from 0x80 to 0x9f that are common in English Windows-1252 text: quotes, dashes, the euro. The rest are rare or undefined. */
const common = new Set([0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99])

/** Counts over a whole file, byte by byte. Slow, so only for files that are not valid UTF-8. */
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

/** Repairs a line of UTF-8 with invalid bytes: each is read as Windows-1252, so that nothing is lost and the other letters stay. */
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
