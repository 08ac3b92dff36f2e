import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { RandomAccessReader } from 'yauzl'
import { Unreadable } from '../unreadable.js'
import { otherFormat } from './other-format.js'

/** How far from the end of the file the end of the archive may be. Uploads and mail gateways add a few lines after it. */
const tailBytes = 1024 * 1024
const endBytes = 22
const endSign = 'PK\x05\x06'
const entrySign = 0x02014b50
/** The value that ZIP64 writes if an offset is stored elsewhere. */
const elsewhere = 0xffffffff

/** The position of the archive in a file that may have other bytes before and after it. */
export interface ArchiveRange {
  start: number
  end: number
}

/**
 * Finds the archive in a file, because yauzl refuses an archive with even one byte after it.
 * @throws Unreadable if there is none. The message says what the file is instead, if that is known.
 */
export async function findArchive(file: FileHandle): Promise<ArchiveRange> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, tailBytes))
  await file.read(tail, 0, tail.length, size - tail.length)
  let tries = 0
  for (
    let at = tail.lastIndexOf(endSign, undefined, 'latin1');
    at !== -1 && tries < 16;
    at = at === 0 ? -1 : tail.lastIndexOf(endSign, at - 1, 'latin1')
  ) {
    tries++
    const range = at + endBytes > tail.length ? undefined : await rangeOf(file, tail.subarray(at), size - tail.length + at)
    if (range !== undefined) return range
  }
  throw new Unreadable(await otherFormat(file))
}

/** @param end the record at the archive's end, and all bytes after it. @param at its position in the file. */
async function rangeOf(file: FileHandle, end: Buffer, at: number): Promise<ArchiveRange | undefined> {
  const note = end.readUInt16LE(20)
  const [bytes, offset] = [end.readUInt32LE(12), end.readUInt32LE(16)]
  const stop = at + endBytes + (endBytes + note <= end.length ? note : 0)
  if (note > 0 && endBytes + note > end.length) return undefined
  if (bytes === elsewhere || offset === elsewhere) return { start: 0, end: stop }
  if (bytes === 0 || (await signAt(file, offset)) === entrySign) return { start: 0, end: stop }
  const start = at - bytes - offset
  return start > 0 && (await signAt(file, start + offset)) === entrySign ? { start, end: stop } : undefined
}

async function signAt(file: FileHandle, position: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, position)
  return bytesRead === 4 ? buffer.readUInt32LE(0) : undefined
}

/** Gives yauzl that part of the file. */
export class ArchiveBytes extends RandomAccessReader {
  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly start: number,
  ) {
    super()
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return createReadStream(this.path, { start: this.start + start, end: this.start + end - 1 })
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    this.file.read(buffer, offset, length, this.start + position).then(
      ({ bytesRead }) => callback(bytesRead === length ? null : new Error('The archive ends early.')),
      (error: unknown) => callback(error as Error),
    )
  }

  override close(callback: (error: Error | null) => void): void {
    this.file.close().then(
      () => callback(null),
      (error: unknown) => callback(error as Error),
    )
  }
}
