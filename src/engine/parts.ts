import { mkdir, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LandedFile } from '../connector/engine.js'
import { ResultTooLarge } from '../errors.js'

const rowsPerPart = 122_880
const firstLookMs = 25

/** COPY of a query into a folder of Parquet files, one row group each. */
export function copyStatement(sql: string, folder: string): string {
  return `COPY (${sql}) TO '${folder.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUPS_PER_FILE 1, ROW_GROUP_SIZE ${rowsPerPart})`
}

/**
 * Gives each file of a COPY under way as soon as it is whole, that is when it ends in Parquet's closing magic, and the rest when the
 * COPY ends; answers the rows. The folder is made here, and goes when the COPY has ended and every part has been released.
 */
export async function* partsOf(
  work: { copy: () => Promise<number>; interrupt: () => void },
  folder: string,
  bytesMax: number,
): AsyncGenerator<LandedFile, { rows: number }> {
  await mkdir(folder, { recursive: true })
  const given = new Set<string>()
  let bytes = 0
  let done = false
  let rows = 0
  let failure: unknown
  const finished = work.copy().then(
    (copied) => { done = true; rows = copied },
    (thrown: unknown) => { done = true; failure = thrown },
  )
  const removeEmpty = async () => {
    if (done) await rmdir(folder).catch(() => undefined)
  }
  try {
    for (;;) {
      await Promise.race([finished, delay(firstLookMs)])
      const last = done
      if (failure !== undefined) throw failure
      for (const name of (await readdir(folder)).sort(byNumber)) {
        const path = join(folder, name)
        if (given.has(name) || !(last || (await isWhole(path)))) continue
        given.add(name)
        const file = await landed(path, removeEmpty)
        bytes += file.bytes
        if (bytes > bytesMax) throw new ResultTooLarge(`The answer of one source is larger than ${bytesMax} bytes. Filter more, or group.`)
        yield file
      }
      if (last) return { rows }
    }
  } finally {
    if (!done) work.interrupt()
    await finished
    if (failure !== undefined || given.size === 0) await rm(folder, { recursive: true, force: true })
    await removeEmpty()
  }
}

async function landed(path: string, released: () => Promise<void>): Promise<LandedFile> {
  const { size } = await stat(path)
  let isReleased = false
  return {
    path,
    bytes: size,
    async release() {
      if (isReleased) return
      isReleased = true
      await unlink(path).catch(() => undefined)
      await released()
    },
  }
}

async function isWhole(path: string): Promise<boolean> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (size < 12) return false
    const tail = Buffer.alloc(4)
    await handle.read(tail, 0, 4, size - 4)
    return tail.toString('latin1') === 'PAR1'
  } finally {
    await handle.close()
  }
}

function byNumber(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1)
}
