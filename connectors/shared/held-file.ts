import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

/** Why a name of a folder gives no file: nothing has it; it leads out of the folder, or nowhere; or it is a pipe, a device or a folder. */
export type NoFile = 'absent' | 'elsewhere' | 'no file'

const chunkBytes = 1 << 20
/** A larger file was not written by this process. */
const keptBytesMax = 256 * 1024 * 1024
/** No link at the end of the path is followed, and a pipe without a writer does not make the opening wait. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** What a held file is: its size, times and inode. */
type Stats = Awaited<ReturnType<typeof statOf>>
const statOf = (handle: FileHandle) => handle.stat({ bigint: true })

/**
 * A regular file of a folder, held open. It is opened once, and everything is asked of the opened file: whatever happens to its name, or to
 * the folders above it, these are its bytes.
 */
export class HeldFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly stats: Stats,
    /** Where the system keeps a name for the opened file itself; undefined if it has no such place. */
    private readonly descriptor: string | undefined,
  ) {}

  /**
   * Opens a file of a folder. A link is followed only to a file within the folder.
   * @param root the real path of the folder.
   * @param descriptors the folder in which the system lists this process's open files.
   */
  static async open(root: string, name: string, descriptors = '/proc/self/fd'): Promise<HeldFile | NoFile> {
    const path = join(root, name)
    const found = await lstat(path).catch(unlessAbsent)
    if (found === undefined) return 'absent'
    if (!found.isSymbolicLink() && !found.isFile()) return 'no file'
    const real = found.isSymbolicLink() ? await realpath(path).catch(() => undefined) : path
    if (real === undefined || !isWithin(root, real)) return 'elsewhere'
    const handle = await open(real, flags).catch(whyNot)
    if (typeof handle === 'string') return handle
    try {
      const stats = await statOf(handle)
      const descriptor = join(descriptors, String(handle.fd))
      const place = await readlink(descriptor).catch(() => undefined)
      const isOurs = place === undefined ? await isAt(root, real, stats) : isWithin(root, place)
      const held = new HeldFile(handle, stats, place === undefined ? undefined : descriptor)
      const refusal = stats.isFile() ? (isOurs ? undefined : 'elsewhere') : 'no file'
      if (refusal === undefined) return held
      await held.close()
      return refusal
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
  }

  /** Bytes, when it was opened. */
  get bytes(): number {
    return Number(this.stats.size)
  }

  /** ISO 8601: when its content was last changed. */
  get modified(): string {
    return this.stats.mtime.toISOString()
  }

  /** A text that changes when the file does: its size, times (nanoseconds) and inode. */
  async stamp(): Promise<string> {
    const { size, mtimeNs, ctimeNs, ino } = await statOf(this.handle)
    return [size, mtimeNs, ctimeNs, ino].join('-')
  }

  /** Reads the bytes in pieces. Each piece is valid until the next is read. A file that grows meanwhile is read to its first size. */
  async *read(signal?: AbortSignal): AsyncGenerator<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, this.bytes))
    for (let at = 0; at < this.bytes;) {
      signal?.throwIfAborted()
      const { bytesRead } = await this.handle.read(buffer, 0, Math.min(buffer.length, this.bytes - at), at)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }

  /** The whole content. The caller checks `bytes` first. */
  async text(): Promise<string> {
    const pieces: Buffer[] = []
    for await (const piece of this.read()) pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces).toString('utf8')
  }

  /**
   * Makes a path that leads to these bytes, for readers that open files by themselves: a link to the opened file, or a copy where the system
   * knows no such links. It ends with this file.
   */
  async giveTo(path: string, signal: AbortSignal): Promise<void> {
    if (this.descriptor === undefined) await writeFile(path, this.read(signal), { flag: 'wx', mode: 0o600 })
    else await symlink(this.descriptor, path)
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.handle.close()
  }
}

/**
 * The text of a small file that this process keeps for itself; undefined if there is none, or it is no regular file in that place, or it is
 * too large.
 */
export async function keptText(path: string): Promise<string | undefined> {
  const folder = await realpath(dirname(path)).catch(() => undefined)
  const held = folder === undefined ? 'absent' : await HeldFile.open(folder, path.slice(path.lastIndexOf(sep) + 1))
  if (typeof held === 'string') return undefined
  try {
    return held.bytes > keptBytesMax ? undefined : await held.text()
  } finally {
    await held.close()
  }
}

function isWithin(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep)
}

/** Whether an opened file is the one that now has this path. */
async function isAt(root: string, path: string, { dev, ino }: Stats): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined || !isWithin(root, real)) return false
  const now = await lstat(real, { bigint: true }).catch(() => undefined)
  return now?.dev === dev && now.ino === ino
}

function unlessAbsent(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown
}

/** Names change between a look and the opening. */
function whyNot(thrown: NodeJS.ErrnoException): NoFile {
  if (thrown.code === 'ENOENT') return 'absent'
  // A link that was put in the file's place.
  if (thrown.code === 'ELOOP') return 'elsewhere'
  // A socket.
  if (thrown.code === 'ENXIO') return 'no file'
  throw thrown
}
