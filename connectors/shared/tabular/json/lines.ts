import { createReadStream } from 'node:fs'
import { Unreadable } from '../unreadable.js'
import { elementBytesMax } from './slicer.js'

/**
 * Reads the lines of a text, a chunk's worth at a time, with one byte for each character (latin1).
 * @param end the line end.
 * @throws Unreadable for a line that is too long.
 */
export async function* linesOf(path: string, start: number, signal: AbortSignal, end: '\n' | '\r' = '\n'): AsyncGenerator<string[]> {
  let held = ''
  for await (const chunk of createReadStream(path, { start, highWaterMark: 1 << 17, signal }) as AsyncIterable<Buffer>) {
    const lines = (held + chunk.toString('latin1')).split(end)
    held = lines.pop() as string
    if (held.length > elementBytesMax) throw new Unreadable(`The file holds a line of more than ${elementBytesMax / 1024 ** 2} MiB.`)
    yield lines
  }
  yield [held]
}
