import { open } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { fromRandomAccessReaderPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl'
import { Unreadable } from '../unreadable.js'
import { ArchiveBytes, findArchive } from './archive-bytes.js'

const entriesMax = 10_000
/** The most bytes that all parts together may unpack to. Excel's own limits are far lower. */
const unpackedBytesMax = 2 * 1024 ** 3
/** The highest ratio of compression. No real sheet compresses better; a bomb has a ratio of a thousand. */
const ratioMax = 200
/** A local header, without its name. */
const headerBytes = 30
const ratioFromBytes = 16 * 1024 * 1024

/**
 * The parts of a workbook's ZIP archive, from its central directory only. The declared sizes are checked before unpacking, the real sizes
 * during it. Nothing is written to disk.
 */
export class Archive {
  /** The parts' names, by their lower case, because case does not distinguish parts (ECMA-376, part 2). */
  readonly #names: ReadonlyMap<string, string>

  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {
    this.#names = new Map([...entries.keys()].map((name) => [name.toLowerCase(), name]))
  }

  /** Opens an archive. @throws Unreadable if the file is not a ZIP archive, was cut short, is encrypted, or would unpack to too much. */
  static async open(path: string): Promise<Archive> {
    const file = await open(path, 'r')
    let zip: ZipFile | undefined
    try {
      const { start, end } = await findArchive(file)
      // Names are decoded here, because yauzl refuses a whole archive if one name begins with a slash.
      zip = await fromRandomAccessReaderPromise(new ArchiveBytes(path, file, start), end - start, {
        autoClose: false,
        decodeStrings: false,
      })
      return new Archive(zip, await readDirectory(zip))
    } catch (thrown) {
      if (zip === undefined) await file.close()
      else zip.close()
      throw thrown instanceof Unreadable ? thrown : damaged(thrown)
    }
  }

  /** The name of a part in the archive, for a name in any case; undefined if there is no such part. */
  find(name: string): string | undefined {
    return this.entries.has(name) ? name : this.#names.get(name.toLowerCase())
  }

  /** Reads one part's bytes in pieces. @param bytesMax a larger part is refused. */
  async *bytes(name: string, bytesMax: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const entry = this.entries.get(this.find(name) ?? name)
    if (entry === undefined) throw new Unreadable(`The workbook has no part ${name}: it is damaged, or no .xlsx. Save it again.`)
    if (entry.uncompressedSize > bytesMax) throw tooLarge(bytesMax)
    const packed = await this.zip.openReadStreamPromise(entry, { decodeFileData: false }).catch((thrown: unknown) => {
      throw damaged(thrown)
    })
    const unpacked = entry.compressionMethod === 8 ? packed.pipe(createInflateRaw({ chunkSize: 65_536 })) : packed
    if (unpacked !== packed) packed.on('error', (error) => unpacked.destroy(error))
    const abort = () => void unpacked.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort)
    let bytes = 0
    let sum = 0
    try {
      signal.throwIfAborted()
      for await (const chunk of unpacked as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > entry.uncompressedSize)
          throw new Unreadable('A part of the workbook unpacks to more than it declares. It was not read.')
        sum = crc32(chunk, sum)
        yield chunk
      }
    } catch (thrown) {
      throw thrown instanceof Unreadable || signal.aborted ? thrown : damaged(thrown)
    } finally {
      signal.removeEventListener('abort', abort)
      packed.destroy()
      unpacked.destroy()
    }
    if (bytes < entry.uncompressedSize || sum !== entry.crc32) throw damaged()
  }

  /** Closes the file. */
  close(): void {
    this.zip.close()
  }
}

async function readDirectory(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > entriesMax) throw new Unreadable(`The workbook is an archive of more than ${entriesMax} parts. It was not read.`)
  const entries = new Map<string, Entry>()
  let total = 0
  for await (const entry of zip.eachEntry()) {
    const name = partName(getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false))
    if (entry.isEncrypted()) throw new Unreadable('The workbook is protected by a password and cannot be read.')
    if (!entry.canDecodeFileData())
      throw new Unreadable(
        'The workbook is packed in a way that spreadsheet programs do not use, and cannot be read. Open it in one and save it again.',
      )
    if (entries.has(name)) throw damaged()
    const { compressedSize, uncompressedSize } = entry
    total += uncompressedSize
    if (total > unpackedBytesMax || (uncompressedSize > ratioFromBytes && uncompressedSize > compressedSize * ratioMax))
      throw tooLarge(unpackedBytesMax)
    entries.set(name, entry)
  }
  if (overlap([...entries.values()]))
    throw new Unreadable('Parts of the workbook lie over each other in its archive, as no program writes them. It was not read.')
  return entries
}

/** Whether two parts share bytes: a small archive could so hold the same large part thousands of times. */
function overlap(entries: readonly Entry[]): boolean {
  const byPlace = [...entries].sort((one, other) => one.relativeOffsetOfLocalHeader - other.relativeOffsetOfLocalHeader)
  return byPlace.some((entry, at) => {
    const next = byPlace[at + 1]
    return next !== undefined && entry.relativeOffsetOfLocalHeader + headerBytes + entry.compressedSize > next.relativeOffsetOfLocalHeader
  })
}

function partName(name: string): string {
  return name.replace(/^\/+/, '')
}

function damaged(cause?: unknown): Unreadable {
  return new Unreadable('The workbook is damaged. Open it in a spreadsheet program and save it again.', { cause })
}

function tooLarge(bytesMax: number): Unreadable {
  return new Unreadable(
    `The workbook unpacks to far more than a workbook holds (the limit is ${bytesMax / 1024 ** 2} MiB a part). It was not read.`,
  )
}
