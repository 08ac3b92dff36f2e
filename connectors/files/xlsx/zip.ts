import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { createInflateRaw } from 'node:zlib'
import { Unreadable } from '../unreadable.js'

const directoryBytesMax = 4 * 1024 * 1024
const entriesMax = 10_000
/** What all parts together may unpack to; Excel's own limits lie far below. */
const unpackedBytesMax = 2 * 1024 ** 3
/** No honest sheet packs better; a bomb packs a thousand to one. */
const ratioMax = 200
const ratioFromBytes = 16 * 1024 * 1024

/** A file in the archive, as its directory tells of it. */
interface Entry {
  packed: number
  unpacked: number
  method: number
  offset: number
}

/**
 * The parts of a workbook's ZIP archive, by its central directory alone. What a part declares is checked before anything is unpacked, and
 * what it really unpacks to while it is; nothing is written to a disk.
 */
export class ZipFile {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws Unreadable where the file is no ZIP archive, was cut short, or would unpack to too much. */
  static async open(path: string): Promise<ZipFile> {
    const file = await open(path, 'r')
    try {
      return new ZipFile(path, file, await readDirectory(file))
    } catch (thrown) {
      await file.close()
      throw thrown
    }
  }

  has(name: string): boolean {
    return this.entries.has(name)
  }

  /** One part as text, in pieces. @param bytesMax more than these are refused. */
  async *text(name: string, bytesMax: number, signal: AbortSignal): AsyncGenerator<string> {
    const entry = this.entries.get(name)
    if (entry === undefined) throw new Unreadable(`The workbook has no part ${name}: it is damaged, or no .xlsx. Save it again.`)
    if (entry.unpacked > bytesMax) throw tooLarge(bytesMax)
    const header = Buffer.alloc(30)
    await this.file.read(header, 0, 30, entry.offset)
    if (header.readUInt32LE(0) !== 0x04034b50) throw damaged()
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const packed = createReadStream(this.path, { start, end: Math.max(start, start + entry.packed - 1), signal })
    const unpacked = entry.method === 8 ? packed.pipe(createInflateRaw({ chunkSize: 65_536 })) : packed
    if (unpacked !== packed) packed.on('error', (error) => unpacked.destroy(error))
    const decoder = new StringDecoder('utf8')
    let bytes = 0
    try {
      for await (const chunk of unpacked as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > entry.unpacked) throw new Unreadable('A part of the workbook unpacks to more than it declares. It was not read.')
        yield decoder.write(chunk)
      }
    } catch (thrown) {
      throw thrown instanceof Unreadable || signal.aborted ? thrown : damaged(thrown)
    } finally {
      packed.destroy()
    }
    if (bytes < entry.unpacked) throw damaged()
  }

  close(): Promise<void> {
    return this.file.close()
  }
}

async function readDirectory(file: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, 65_557))
  await file.read(tail, 0, tail.length, size - tail.length)
  const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  if (end === -1 || end + 22 > tail.length) throw new Unreadable('The file is no workbook (.xlsx), or it was cut short. Save it again.')
  const count = tail.readUInt16LE(end + 10)
  const bytes = tail.readUInt32LE(end + 12)
  const offset = tail.readUInt32LE(end + 16)
  if (bytes > directoryBytesMax || count > entriesMax || offset + bytes > size) throw damaged()
  const directory = Buffer.alloc(bytes)
  await file.read(directory, 0, bytes, offset)
  const entries = new Map<string, Entry>()
  let total = 0
  for (let at = 0; entries.size < count && at + 46 <= bytes; ) {
    if (directory.readUInt32LE(at) !== 0x02014b50) throw damaged()
    const [nameBytes, extraBytes, noteBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [number, number, number]
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
    const entry = {
      packed: directory.readUInt32LE(at + 20),
      unpacked: directory.readUInt32LE(at + 24),
      method: directory.readUInt16LE(at + 10),
      offset: directory.readUInt32LE(at + 42),
    }
    if ((directory.readUInt16LE(at + 8) & 1) === 1) throw new Unreadable('The workbook is protected by a password and cannot be read.')
    if ((entry.method !== 0 && entry.method !== 8) || entries.has(name) || entry.offset + entry.packed > size) throw damaged()
    total += entry.unpacked
    if (total > unpackedBytesMax || (entry.unpacked > ratioFromBytes && entry.unpacked > entry.packed * ratioMax)) throw tooLarge(unpackedBytesMax)
    entries.set(name, entry)
    at += 46 + nameBytes + extraBytes + noteBytes
  }
  return entries
}

function damaged(cause?: unknown): Unreadable {
  return new Unreadable('The workbook is damaged. Open it in a spreadsheet program and save it again.', { cause })
}

function tooLarge(bytesMax: number): Unreadable {
  return new Unreadable(`The workbook unpacks to far more than a workbook holds (the limit is ${bytesMax >> 20} MiB a part). It was not read.`)
}
