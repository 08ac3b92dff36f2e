import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import iconv from 'iconv-lite'
import type { TextEncoding } from './encoding.js'
import { Repair } from './repair.js'

/**
 * Rewrites a text file as UTF-8 without a byte order mark, and repairs invalid text. Streams, so memory does not grow with the file.
 * @returns the repairs, by line.
 */
export async function transcode(
  from: string,
  to: string,
  { encoding, markBytes, cutBytes }: TextEncoding,
  signal: AbortSignal,
): Promise<string[]> {
  const repair = new Repair()
  const end = (await stat(from)).size - cutBytes - 1
  const source = createReadStream(from, { start: markBytes, end: Math.max(markBytes, end), highWaterMark: 1 << 18 })
  const target = createWriteStream(to)
  if (encoding === 'utf-8') await pipeline(source, repair, target, { signal })
  else await pipeline(source, iconv.decodeStream(encoding, { stripBOM: false }), iconv.encodeStream('utf-8'), repair, target, { signal })
  return repair.problems()
}
