import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import iconv from 'iconv-lite'
import type { TextEncoding } from './encoding.js'

/** Writes a text file again as UTF-8 without a byte order mark. Streams: its memory does not grow with the file. */
export async function transcode(from: string, to: string, { encoding, markBytes }: TextEncoding, signal: AbortSignal): Promise<void> {
  await pipeline(
    createReadStream(from, { start: markBytes, highWaterMark: 1 << 18 }),
    iconv.decodeStream(encoding, { stripBOM: false }),
    iconv.encodeStream('utf-8'),
    createWriteStream(to),
    { signal },
  )
}
