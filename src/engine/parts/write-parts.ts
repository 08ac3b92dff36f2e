import { rmSync, statSync } from 'node:fs'
import { mkdir, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LandedFile, PartCompression } from '../../connector/engine.js'
import { ResultTooLarge } from '../../errors.js'
import { quote } from '../sql/type.js'

/** The rows of one part: DuckDB's default row group. */
export const rowsPerPart = 122_880
const lookMs = 25

/** Writes all rows as one file, in a folder of its own that goes with it. @throws RESULT_TOO_LARGE beyond `bytesMax`, soon after it passed them. */
export async function wholeFile(work: CopyWork, folder: string, bytesMax: number): Promise<{ file: LandedFile; rows: number }> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'all.parquet')
  const copy = start(work, copyStatement(work.sql, path, work.compression), folder, bytesMax)
  await copy.end
  if (copy.failure !== undefined) {
    await rm(folder, { recursive: true, force: true })
    throw copy.failure
  }
  return { file: landed(path, () => rmdir(folder)), rows: copy.rows }
}

/** A query whose rows are copied into files. */
export interface CopyWork {
  readonly sql: string
  readonly compression: PartCompression
  /** Runs a COPY and returns how many rows it wrote. */
  run(statement: string): Promise<number>
  /** Interrupts the COPY. Does nothing where it has ended. */
  interrupt(): void
}

/** A COPY of a query's rows to a path. @param options further options, starting with a comma. */
export function copyStatement(sql: string, path: string, compression: PartCompression, options = ''): string {
  return `COPY (${sql}) TO ${quote(path)} (FORMAT parquet, COMPRESSION ${compression}${options})`
}

/** Runs `copy` and yields its file once it is complete. The folder is not watched meanwhile. */
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
 * Yields each file of a running COPY as soon as it is complete, in order, and returns the number of rows. A COPY does not wait for its
 * reader, so the folder is watched: beyond `bytesMax` the COPY ends with RESULT_TOO_LARGE. The folder is created here, and removed once the
 * COPY has ended and every yielded part was released. Parts that were not yielded are removed with the COPY.
 */
export async function* partsOf(work: CopyWork, folder: string, bytesMax: number): AsyncGenerator<LandedFile, { rows: number }> {
  await mkdir(folder, { recursive: true })
  const options = `, ROW_GROUPS_PER_FILE 1, ROW_GROUP_SIZE ${rowsPerPart}`
  const copy = start(work, copyStatement(work.sql, folder, work.compression, options), folder, bytesMax)
  const given = new Set<string>()
  // The folder may be removed only when nobody looks into it again: the last part may be released before it is known to be the last.
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

/** Starts a COPY into a folder and watches the size of all files that it wrote, including those already yielded. */
function start(work: CopyWork, statement: string, folder: string, bytesMax: number): Copy {
  const copy: Copy = { rows: 0, ended: false, failure: undefined, end: Promise.resolve() }
  const sizes = new Map<string, number>()
  const look = async () => {
    for (const name of await readdir(folder)) sizes.set(name, (await sizeOf(join(folder, name))) ?? sizes.get(name) ?? 0)
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    if (bytes > bytesMax) copy.failure = tooLarge(bytesMax)
  }
  const watch = async () => {
    let running = true
    const run = work.run(statement).then(
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

/** Uses synchronous calls: in tmpfs they take less time than handing the work to another thread. */
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

/**
 * Whether a Parquet file is complete: it ends with the length of its footer and the magic. The magic alone may be data of a half-written
 * file.
 */
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
