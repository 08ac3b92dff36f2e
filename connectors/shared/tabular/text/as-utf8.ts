import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Conversion } from '../conversion.js'
import { detectEncoding, type TextEncoding } from './encoding.js'
import { transcode } from './transcode.js'

/** A text file as UTF-8: the file itself, or a converted copy. */
export interface Utf8Text {
  path: string
  /** Bytes of the byte order mark, which readers must skip. */
  start: number
  /** Bytes of an incomplete character at the end. */
  cutBytes: number
  problems: string[]
}

const guess = 'The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 to be certain of every letter.'
const doubt =
  'Some of its bytes are rare in Windows-1252: it may be in the encoding of an old Mac or of DOS, and letters such as é may be wrong.'
const cutLetter = 'The file ends in the middle of a letter: it was cut short, and rows may be missing. Fetch or save it again.'

/**
 * Detects a text file's encoding and converts the text to UTF-8. Reports a guessed encoding, and the lines in which bytes were repaired.
 * @throws Unreadable if the file is not text.
 */
export async function asUtf8(path: string, { scratch, signal }: Pick<Conversion, 'scratch' | 'signal'>): Promise<Utf8Text> {
  const found = await detectEncoding(path, signal)
  if (found.encoding === 'utf-8' && !found.flawed) return { path, start: found.markBytes, cutBytes: found.cutBytes, problems: [] }
  const converted = join(scratch, 'text')
  const repaired = await transcode(path, converted, found, signal)
  return { path: converted, start: 0, cutBytes: 0, problems: [...(await problemsOf(path, found)), ...repaired] }
}

async function problemsOf(path: string, { encoding, cutBytes, doubtful }: TextEncoding): Promise<string[]> {
  const unitBytes = encoding.startsWith('utf-16') ? 2 : encoding.startsWith('utf-32') ? 4 : 1
  const isCut = cutBytes > 0 || (await stat(path)).size % unitBytes !== 0
  return [encoding === 'windows-1252' ? guess : [], doubtful === true ? doubt : [], isCut ? cutLetter : []].flat()
}
