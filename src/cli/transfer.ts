import { pipeline } from 'node:stream/promises'
import { type Writable } from 'node:stream'
import { DialsError } from '../errors.js'
import { byteText } from './byte-text.js'
import { cannotWrite, isGone } from './print.js'
import { harmlessLines } from './query-text.js'

/** Writes a download to a file. @throws INTERNAL_SERVER_ERROR where it cannot be written, or what reading it throws. */
export async function toFile(bytes: AsyncIterable<Uint8Array>, file: Writable, signal: AbortSignal): Promise<void> {
  await pipeline(bytes, file, { signal }).catch(refuse)
}

/** Writes a download to standard output. Returns false where its reader has gone, which is no failure. */
export async function toOutput(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  const { stdout } = process
  // Without a listener a reader that goes later would end the process.
  stdout.on('error', () => undefined)
  try {
    await pipeline(stdout.isTTY ? harmlessText(bytes) : bytes, stdout, { end: false })
    return true
  } catch (thrown) {
    return isGone(thrown) ? false : refuse(thrown)
  }
}

function refuse(thrown: unknown): never {
  if (thrown instanceof DialsError || (thrown as Error).name === 'AbortError') throw thrown
  throw cannotWrite(thrown)
}

/** No cell steers the terminal. */
async function* harmlessText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const piece of bytes) yield harmlessLines(decoder.decode(piece, { stream: true }))
}

/** The same bytes. Meanwhile a line in the terminal says how many there were, and how fast; at the end it is cleared. */
export async function* withProgress(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { stderr } = process
  const begun = performance.now()
  let shownAt = begun
  let total = 0
  try {
    for await (const piece of bytes) {
      yield piece
      total += piece.length
      const now = performance.now()
      if (now - shownAt < 200) continue
      shownAt = now
      stderr.write(`\r\u001b[2K${byteText(total)}, ${byteText((1000 * total) / (now - begun))}/s`)
    }
  } finally {
    stderr.write('\r\u001b[2K')
  }
}
