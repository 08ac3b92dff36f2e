import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Conversion } from '../conversion.js'
import type { Utf8Text } from './as-utf8.js'
import { type Delimiter, detectDialect, namedDelimiter } from './dialect.js'
import { detectQuoting, quotingWords } from './quoting.js'
import { Requote } from './requote.js'
import { readSample } from './sample.js'

/** Gives a text whose fields are quoted in the usual way: the text itself, or a converted copy, which is reported. */
export async function usualQuotes(
  text: Utf8Text,
  promised: Delimiter | undefined,
  { scratch, signal }: Pick<Conversion, 'scratch' | 'signal'>,
): Promise<Utf8Text> {
  const sample = await readSample(text.path, text.start)
  // This quick test settles nearly every file.
  if (!sample.includes('\\"') && (sample.includes('"') || !sample.includes("'"))) return text
  const { size } = await stat(text.path)
  const { delimiter } = detectDialect(sample, namedDelimiter(sample) ?? promised)
  const quoting = detectQuoting(sample, delimiter, text.start + sample.length >= size)
  if (quoting === undefined) return text
  const path = join(scratch, 'quoted')
  await pipeline(
    createReadStream(text.path, { start: text.start, end: size - text.cutBytes - 1 }),
    new Requote(quoting, delimiter),
    createWriteStream(path),
    { signal },
  )
  return { path, start: 0, cutBytes: 0, problems: [...text.problems, quotingWords[quoting]] }
}
