import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { LandedFile } from '../connector/engine.js'
import { frameHeader, frameKinds } from '../connector/frames.js'
import type { Log, ScanReport } from '../connector/source.js'
import { toDialsError } from '../errors.js'

/** Bytes from which a piece is sent by itself. */
const writeBytesMin = 1024 * 1024

/**
 * The answer to a scan: its parts and its report as frames; an error within is a frame too. In one piece where it is small.
 * @param first the part that was read already, or the report of a scan without parts.
 */
export async function scanAnswer(
  first: IteratorResult<LandedFile, ScanReport>,
  parts: AsyncGenerator<LandedFile, ScanReport>,
  log: Log,
): Promise<Buffer | Readable> {
  const pieces = joined(frames(first, parts, log))
  const begun = await pieces.next()
  return begun.done === true ? begun.value : Readable.from(resumed(begun.value, pieces), { objectMode: false })
}

/** Each part is read only after the one before was sent, so the scan follows the connection's back-pressure. */
async function* frames(
  first: IteratorResult<LandedFile, ScanReport>,
  parts: AsyncGenerator<LandedFile, ScanReport>,
  log: Log,
): AsyncGenerator<Buffer> {
  try {
    let next = first
    for (; next.done !== true; next = await parts.next()) {
      const content = next.value.bytes < writeBytesMin ? readFileSync(next.value.path) : await readFile(next.value.path)
      await next.value.release()
      yield frameHeader(frameKinds.part, content.length)
      yield content
    }
    yield json(frameKinds.report, next.value)
  } catch (thrown) {
    const error = toDialsError(thrown)
    if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ err: thrown }, 'a scan failed')
    yield json(frameKinds.error, { code: error.code, message: error.message })
  } finally {
    await parts.return({ truncated: true })
  }
}

/** Yields large pieces one by one. Returns the remainder, or the whole of a small answer, so that it is sent in a single write. */
async function* joined(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, Buffer> {
  let waiting: Buffer[] = []
  let bytes = 0
  for await (const piece of pieces) {
    waiting.push(piece)
    bytes += piece.length
    if (bytes < writeBytesMin) continue
    yield* waiting
    waiting = []
    bytes = 0
  }
  return Buffer.concat(waiting)
}

/** The whole sequence of pieces, after its first one was already read. */
async function* resumed(first: Buffer, pieces: AsyncGenerator<Buffer, Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first
    yield yield* pieces
  } finally {
    await pieces.return(first)
  }
}

function json(kind: (typeof frameKinds)[keyof typeof frameKinds], value: unknown): Buffer {
  const content = Buffer.from(JSON.stringify(value))
  return Buffer.concat([frameHeader(kind, content.length), content])
}
