import { rmSync, statSync } from 'node:fs'
import { mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LandedFile, PartCompression } from '../../connector/engine.js'
import { ResultTooLarge } from '../../errors.js'
import { quote } from '../sql/type.js'

/** DuckDB's own row group. */
export const rowsPerPart = 122_880
const lookMs = 25

/** A query to be copied into files. */
export interface CopyWork {
  readonly sql: string
  readonly compression: PartCompression
  /** Runs a COPY and answers the rows that it wrote. */
  run(statement: string): Promise<number>
  /** Ends what runs; nothing happens where it has ended. */
  interrupt(): void
}

/** The COPY of a query's rows to a path; `options` begin with a comma. */
export function copyStatement(sql: string, path: string, compression: PartCompression, options = ''): string {
  return `COPY (${sql}) TO ${quote(path)} (FORMAT parquet, COMPRESSION ${compression}${options})`
}

/** What `copy` writes to a path, as one file. The folder is not watched: the file is given when it is whole. */
export async function* onePart(
  copy: (path: string) => Promise<number>,
  path: string,
  bytesMax: number,
): AsyncGenerator<LandedFile, { rows: number }> {
  let given = false
  try {
    const rows = await copy(path)
    const file = landed(path, () => Promise.resolve())
    if (file.bytes > bytesMax) throw tooLarge(bytesMax)
    given = true
    yield file
    return { rows }
  } finally {
    if (!given) await unlink(path).catch(() => undefined)
  }
}

/**
 * Gives each file of a COPY under way as soon as it is whole, in their order, and answers the rows. A COPY does not wait for its
 * reader, so its folder is watched: beyond `bytesMax` it ends with RESULT_TOO_LARGE. The folder is made here and removed when the COPY has
 * ended and every given part has been released. Parts that were not given are removed with the COPY.
 */
export async function* partsOf(work: CopyWork, folder: string, bytesMax: number): AsyncGenerator<LandedFile, { rows: number }> {
  await mkdir(folder, { recursive: true })
  const copy = start(work, folder, bytesMax)
  const given = new Set<string>()
  // Only when nobody will look into the folder again: the last part may be released before it is known to be the last.
  let looked = false
  const removeEmpty = async () => {
    if (looked) await rmdir(folder).catch(() => undefined)
  }
  try {
    for (;;) {
      await Promise.race([copy.end, delay(lookMs)])
      const last = copy.ended
      if (copy.failure !== undefined) throw copy.failure
      for (const name of (await readdir(folder)).sort(byNumber)) {
        if (given.has(name)) continue
        const path = join(folder, name)
        if (!last && !(await isWhole(path))) break
        given.add(name)
        yield landed(path, removeEmpty)
      }
      if (last) return { rows: copy.rows }
    }
  } finally {
    if (!copy.ended) work.interrupt()
    await copy.end
    const names = await readdir(folder).catch(() => [])
    for (const name of names) if (!given.has(name)) await unlink(join(folder, name))
    looked = true
    await removeEmpty()
  }
}

interface Copy {
  rows: number
  ended: boolean
  failure: unknown
  /** Never rejects. */
  end: Promise<void>
}

/** Starts a COPY and watches the size of what it writes, read already or not. */
function start(work: CopyWork, folder: string, bytesMax: number): Copy {
  const copy: Copy = { rows: 0, ended: false, failure: undefined, end: Promise.resolve() }
  const sizes = new Map<string, number>()
  const look = async () => {
    for (const name of await readdir(folder)) sizes.set(name, (await sizeOf(join(folder, name))) ?? sizes.get(name) ?? 0)
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    if (bytes > bytesMax) copy.failure = tooLarge(bytesMax)
  }
  const watch = async () => {
    let running = true
    const run = work.run(copyStatement(work.sql, folder, work.compression, `, ROW_GROUPS_PER_FILE 1, ROW_GROUP_SIZE ${rowsPerPart}`)).then(
      (rows) => {
        running = false
        copy.rows = rows
      },
      (thrown: unknown) => {
        running = false
        copy.failure ??= thrown
      },
    )
    while (running) {
      await Promise.race([run, delay(lookMs)])
      await look()
      if (copy.failure !== undefined) work.interrupt()
    }
  }
  copy.end = watch()
    .catch((thrown: unknown) => {
      copy.failure ??= thrown
    })
    .finally(() => {
      copy.ended = true
    })
  return copy
}

function tooLarge(bytesMax: number): ResultTooLarge {
  return new ResultTooLarge(`The answer of one source is larger than ${bytesMax} bytes. Filter more, or group.`)
}

/** Looked at and unlinked in place: in tmpfs that is sooner done than handed to another thread. */
function landed(path: string, released: () => Promise<void>): LandedFile {
  const { size } = statSync(path)
  let isReleased = false
  return {
    path,
    bytes: size,
    async release() {
      if (isReleased) return
      isReleased = true
      rmSync(path, { force: true })
      await released()
    },
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size
}

/** A file ends in the length of its footer and the magic. The magic alone may be data that was written as far as that. */
async function isWhole(path: string): Promise<boolean> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (size < 12) return false
    const tail = Buffer.alloc(8)
    await handle.read(tail, 0, 8, size - 8)
    return tail.toString('latin1', 4) === 'PAR1' && tail.readUInt32LE(0) <= size - 12
  } finally {
    await handle.close()
  }
}

function byNumber(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1)
}
