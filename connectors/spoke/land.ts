import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LandedFile } from '../../src/connector/engine.js'
import type { FrameEvent } from '../../src/connector/frames.js'
import { Reason, ResultTooLarge, SourceUnavailable } from '../../src/errors.js'
import { encryptParquet } from '../shared/parquet/encrypt.js'
import { checkFooter, footerBytesMax } from '../shared/tabular/parquet/check-footer.js'
import type { LandingPlace } from './landing-place.js'

const notParquet = 'A part of the answer is not Parquet.'

/**
 * Writes one frame to a file of its own. What does not begin and end as Parquet is refused before the engine sees it. Where the place is
 * not memory no byte is written before it is encrypted, for which the part is held in memory as a whole. @param length the bytes that the
 * frame told of.
 */
export async function land(frames: AsyncGenerator<FrameEvent>, length: number, { folder, key }: LandingPlace): Promise<LandedFile> {
  const path = join(folder, `${randomUUID()}.parquet`)
  const file = openSync(path, 'wx+', 0o600)
  try {
    if (key === undefined) {
      for await (const piece of checked(frames)) write(file, piece)
      await checkPart(length, (bytes, at) => readSync(file, bytes, 0, bytes.length, at))
    } else {
      const part = await whole(checked(frames))
      await checkPart(part.length, (bytes, at) => part.copy(bytes, 0, at))
      for (const piece of encrypted(part, key)) write(file, piece)
    }
    return {
      path,
      bytes: length,
      ...(key === undefined ? {} : { encrypted: true }),
      release: () => Promise.resolve(rmSync(path, { force: true })),
    }
  } catch (thrown) {
    unlinkSync(path)
    throw (thrown as NodeJS.ErrnoException).code === 'ENOSPC'
      ? new ResultTooLarge('The answers of the sources need more room than the hub has for them. Filter more, or group.', { cause: thrown })
      : thrown
  } finally {
    closeSync(file)
  }
}

/** The content of one frame, to its end. Throws where the stream ends before, or what came was not Parquet. */
async function* checked(frames: AsyncGenerator<FrameEvent>): AsyncGenerator<Uint8Array> {
  const magic = new Magic()
  for (let next = await frames.next(); ; next = await frames.next()) {
    if (next.done === true || next.value.type === 'begin') throw new Reason('the stream ended within a part')
    if (next.value.type === 'end') break
    magic.add(next.value.bytes)
    yield next.value.bytes
  }
  if (!magic.isParquet()) throw new SourceUnavailable(notParquet)
}

/** The most columns of a part: those of the widest relation that a hub may ask for. */
const columnsMax = 20_000
/** At the end of a file: the length of its footer, and the magic. */
const tailBytes = 8

/** A spoke must not end the hub with a footer that the engine cannot hold. @param read fills a buffer with the bytes at a place. */
async function checkPart(length: number, read: (bytes: Buffer, at: number) => void): Promise<void> {
  const tail = Buffer.alloc(tailBytes)
  if (length >= tailBytes) read(tail, length - tailBytes)
  const footerBytes = tail.readUInt32LE()
  if (footerBytes === 0 || footerBytes > Math.min(footerBytesMax, length - tailBytes)) throw new SourceUnavailable(notParquet)
  const footer = Buffer.alloc(footerBytes)
  read(footer, length - tailBytes - footerBytes)
  try {
    await checkFooter(footer, columnsMax)
  } catch (thrown) {
    throw new SourceUnavailable(notParquet, { cause: thrown })
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

function encrypted(plain: Buffer, key: Buffer): Buffer[] {
  try {
    return encryptParquet(plain, key)
  } catch (thrown) {
    throw new SourceUnavailable(notParquet, { cause: thrown })
  }
}

/** In place: a piece as large as a socket gives is in tmpfs sooner than it would be handed to another thread. */
function write(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
}

/** The first and last four bytes of what goes by. */
class Magic {
  #first = Buffer.alloc(0)
  #last = Buffer.alloc(0)

  add(bytes: Uint8Array): void {
    if (this.#first.length < 4) this.#first = Buffer.concat([this.#first, bytes.subarray(0, 4 - this.#first.length)])
    this.#last = Buffer.from(bytes.length >= 4 ? bytes.subarray(-4) : Buffer.concat([this.#last, bytes]).subarray(-4))
  }

  isParquet(): boolean {
    return this.#first.equals(this.#last) && this.#last.toString('latin1') === 'PAR1'
  }
}
