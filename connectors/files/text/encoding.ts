import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { Unreadable } from '../unreadable.js'

/** How a text file is written, decided over all of its bytes. */
export interface TextEncoding {
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
  /** Bytes of the byte order mark. */
  markBytes: number
  /** Bytes of the last character where the file ends in the middle of it. */
  cutBytes: number
}

const chunkBytes = 1 << 20

/**
 * UTF-16 where its mark or its pattern of zero bytes says so; UTF-8 where every byte of the file is; else Windows-1252, of which every
 * byte is a character. Refuses what is not text at all.
 */
export async function detectEncoding(path: string, signal: AbortSignal): Promise<TextEncoding> {
  let head: Buffer | undefined
  let held: Buffer = Buffer.alloc(0)
  for await (const read of createReadStream(path, { highWaterMark: chunkBytes, signal }) as AsyncIterable<Buffer>) {
    if (head === undefined) {
      head = read
      const wide = wideEncoding(head)
      if (wide !== undefined) return wide
      refuseOther(head)
    }
    const whole = held.length === 0 ? read : Buffer.concat([held, read])
    const end = whole.length - unfinishedBytes(whole)
    if (!isUtf8(whole.subarray(0, end))) return { encoding: 'windows-1252', markBytes: 0, cutBytes: 0 }
    held = whole.subarray(end)
  }
  if (head === undefined) throw new Unreadable('The file is empty.')
  if (held.length > 0 && !looksCut(held)) return { encoding: 'windows-1252', markBytes: 0, cutBytes: 0 }
  return { encoding: 'utf-8', markBytes: hasMark(head) ? 3 : 0, cutBytes: held.length }
}

function hasMark(head: Buffer): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
}

function wideEncoding(head: Buffer): TextEncoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2, cutBytes: 0 }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2, cutBytes: 0 }
  // Without a mark: Latin text leaves every other byte zero.
  const pairs = Math.floor(Math.min(head.length, 4096) / 2)
  if (pairs < 2) return undefined
  let high = 0
  let low = 0
  for (let pair = 0; pair < pairs; pair++) {
    if (head[pair * 2] === 0) high++
    if (head[pair * 2 + 1] === 0) low++
  }
  if (low > pairs * 0.4 && high < pairs * 0.05) return { encoding: 'utf-16le', markBytes: 0, cutBytes: 0 }
  if (high > pairs * 0.4 && low < pairs * 0.05) return { encoding: 'utf-16be', markBytes: 0, cutBytes: 0 }
  return undefined
}

const otherKinds: readonly (readonly [magic: string, kind: string])[] = [
  ['PK\x03\x04', 'a ZIP file, perhaps a workbook: give it the ending .xlsx, or unpack it'],
  ['%PDF', 'a PDF document'],
  ['PAR1', 'a Parquet file: give it the ending .parquet'],
  ['\x1f\x8b', 'compressed by gzip: unpack it'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook: save it as .xlsx or CSV'],
]

function refuseOther(head: Buffer): void {
  const start = head.toString('latin1', 0, 1024)
  const other = otherKinds.find(([magic]) => start.startsWith(magic))
  if (other !== undefined) throw new Unreadable(`The file is not text but ${other[1]}.`)
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype\b|!--|\?xml|html\b|head\b|body\b|script\b|meta\b)/i.test(start)) {
    throw new Unreadable('The file is a web page (HTML or XML), not data. Its download met an error or a sign-in page: fetch it again.')
  }
  if (start.slice(0, 512).includes('\0')) {
    throw new Unreadable('The file begins with NUL bytes: it is not text, or it was damaged. Save it again as CSV, UTF-8.')
  }
}

/** Bytes at the end that may belong to a character whose rest is in the next chunk: none to three. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

/** Whether the last bytes can be the beginning of a UTF-8 character at all (0xC0, 0xC1 and above 0xF4 never are). */
function looksCut(held: Buffer): boolean {
  const lead = held[0] as number
  return held.length > 1 && lead >= 0xc2 && lead <= 0xf4
}
