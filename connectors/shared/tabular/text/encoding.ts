import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { Unreadable } from '../unreadable.js'
import { countLetters, isCutLetter, unfinishedBytes } from './letters.js'
import { refuseOther } from './refuse-other.js'

/** The encoding of a text file, decided from all of its bytes. */
export interface TextEncoding {
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | 'windows-1252'
  /** Bytes of the byte order mark. */
  markBytes: number
  /** Bytes of an incomplete character at the end of the file. */
  cutBytes: number
  /** For UTF-8: some bytes are not valid and must be repaired. */
  flawed: boolean
  /** For Windows-1252: some bytes are rare in it, but common in the encodings of old Macs and DOS. */
  doubtful?: boolean
}

const chunkBytes = 1 << 20
const mark = Buffer.from([0xef, 0xbb, 0xbf])
const endOfFile = 0x1a

/**
 * Detects UTF-16 and UTF-32 by their mark or their pattern of zero bytes, and UTF-8 if every byte is valid or most letters beyond ASCII
 * are. Anything else is read as Windows-1252, in which nearly every byte is a character.
 * @throws Unreadable if the file is not text.
 */
export async function detectEncoding(path: string, signal: AbortSignal): Promise<TextEncoding> {
  let head: Buffer | undefined
  let held: Buffer = Buffer.alloc(0)
  let flawed = false
  for await (const read of createReadStream(path, { highWaterMark: chunkBytes, signal }) as AsyncIterable<Buffer>) {
    if (head === undefined) {
      head = read
      const wide = wideEncoding(head)
      if (wide !== undefined) return wide
      refuseOther(head)
    }
    const whole = held.length === 0 ? read : Buffer.concat([held, read])
    const end = whole.length - unfinishedBytes(whole)
    if (!isUtf8(whole.subarray(0, end))) return mixedEncoding(path, hasMark(head), signal)
    flawed ||= whole.includes(0) || whole.includes(endOfFile) || whole.indexOf(mark, read === head ? 1 : 0) !== -1
    held = whole.subarray(end)
  }
  if (head === undefined) throw new Unreadable('The file is empty.')
  if (held.length > 0 && !isCutLetter(held)) return mixedEncoding(path, hasMark(head), signal)
  return { encoding: 'utf-8', markBytes: hasMark(head) ? 3 : 0, cutBytes: held.length, flawed }
}

/** In a mixed file, at most this many Windows-1252 bytes for each UTF-8 letter still count as UTF-8. */
const othersToALetter = 4

/**
 * Decides on a file with invalid UTF-8. Two letters of Windows-1252 seldom form a valid letter of UTF-8, and all other bytes mean the same
 * in both.
 */
async function mixedEncoding(path: string, marked: boolean, signal: AbortSignal): Promise<TextEncoding> {
  const { letters, others, rare, cutBytes } = await countLetters(path, signal)
  if (marked || letters * othersToALetter >= others) return { encoding: 'utf-8', markBytes: marked ? 3 : 0, cutBytes, flawed: true }
  return { encoding: 'windows-1252', markBytes: 0, cutBytes: 0, flawed: false, doubtful: rare > 0 }
}

function hasMark(head: Buffer): boolean {
  return head.subarray(0, 3).equals(mark)
}

function wideEncoding(head: Buffer): TextEncoding | undefined {
  const wide = (encoding: TextEncoding['encoding'], markBytes: number): TextEncoding => ({
    encoding,
    markBytes,
    cutBytes: 0,
    flawed: false,
  })
  if (head[0] === 0xff && head[1] === 0xfe) return head[2] === 0 && head[3] === 0 ? wide('utf-32le', 4) : wide('utf-16le', 2)
  if (head[0] === 0xfe && head[1] === 0xff) return wide('utf-16be', 2)
  if (head[0] === 0 && head[1] === 0 && head[2] === 0xfe && head[3] === 0xff) return wide('utf-32be', 4)
  // Without a mark, Latin text in UTF-16 has a zero in every other byte, and in UTF-32 in three of four.
  const quads = Math.floor(Math.min(head.length, 4096) / 4)
  if (quads < 1) return undefined
  const zeros = [0, 0, 0, 0]
  for (let at = 0; at < quads * 4; at++) if (head[at] === 0) zeros[at % 4] = (zeros[at % 4] as number) + 1
  const share = zeros.map((count) => count / quads) as [number, number, number, number]
  const [most, least] = [(at: number) => (share[at] as number) > 0.4, (at: number) => (share[at] as number) < 0.05]
  if (most(1) && most(2) && most(3) && least(0)) return wide('utf-32le', 0)
  if (most(0) && most(1) && most(2) && least(3)) return wide('utf-32be', 0)
  if (most(1) && most(3) && least(0) && least(2)) return wide('utf-16le', 0)
  if (most(0) && most(2) && least(1) && least(3)) return wide('utf-16be', 0)
  return undefined
}
