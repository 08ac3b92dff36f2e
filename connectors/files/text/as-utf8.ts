import { join } from 'node:path'
import type { Conversion } from '../convert.js'
import { detectEncoding } from './encoding.js'
import { transcode } from './transcode.js'

/** A text file as UTF-8: itself where it is, else a copy. */
export interface Utf8Text {
  path: string
  /** Bytes of the byte order mark, to be passed over. */
  start: number
  /** Bytes at the end that are half a character. */
  cutBytes: number
  problems: string[]
}

/** Finds a text file's encoding and brings it into UTF-8, told where the encoding is a guess. @throws Unreadable where it is not text. */
export async function asUtf8(path: string, { scratch, signal }: Pick<Conversion, 'scratch' | 'signal'>): Promise<Utf8Text> {
  const found = await detectEncoding(path, signal)
  if (found.encoding === 'utf-8') return { path, start: found.markBytes, cutBytes: found.cutBytes, problems: [] }
  const converted = join(scratch, 'text')
  await transcode(path, converted, found, signal)
  const guess = 'The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 to be certain of every letter.'
  return { path: converted, start: 0, cutBytes: 0, problems: found.encoding === 'windows-1252' ? [guess] : [] }
}
