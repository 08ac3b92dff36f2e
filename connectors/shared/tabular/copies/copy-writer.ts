import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { ResultTooLarge } from '../../../../src/errors.js'
import { columnAt, fileLiteral, literal } from '../../engine-sql.js'
import { databaseSuffix, tableIn } from './copy-table.js'
import { isWide, smallBlockBytes } from './wide-rows.js'

/** The engine holds a row group in memory while it writes. These are the most rows and bytes of one. */
const rowsPerGroupMax = 122_880
const groupBytesMax = 8 * 1024 * 1024
/** The same for a wide table in a database, where each column of the group is written out by itself. */
const wideGroupBytesMax = 128 * 1024 * 1024
/** The rows of a database's row group are a multiple of this. */
const vectorRows = 2048

/** For a small file, a database with blocks of the usual size would be mostly empty. */
const smallBytes = 1024 * 1024

/** What is known about rows before they are written. */
export interface CopySize {
  /** Bytes of a row, roughly. */
  readonly rowBytes: number
  /** Bytes of the original file. */
  readonly fileBytes: number
  /** How many columns it has. */
  readonly width: number
}

/** A copy being written. */
export interface WrittenCopy {
  /** The file's name in its folder. */
  readonly file: string
  /** A table expression that reads the copy while it is open here. */
  readonly from: string
  /** Takes rows out, by their places from 1. */
  without(places: readonly number[]): Promise<void>
  /** Makes an index of a column's values. Returns whether there was memory for it; without an index, rows are found more slowly. */
  indexBy(position: number): Promise<boolean>
  /** Finishes the file and detaches it. Must always be called, or `discard`. */
  close(): Promise<void>
  /** Ends the copy and removes its file, so that the name can be used again. */
  discard(): Promise<void>
}

/**
 * Writes a query's rows as `<name>.duckdb` or, if rows are so long that few of them fit into memory, as `<name>.parquet`. After a failure
 * no file remains, and the name can be used again.
 */
export async function writeCopy(session: EngineSession, sql: string, folder: string, name: string, size: CopySize): Promise<WrittenCopy> {
  const rows = Math.floor(groupBytesMax / size.rowBytes)
  const fitsDatabase = vectorRows * size.rowBytes <= (isWide(size.width) ? wideGroupBytesMax : groupBytesMax)
  const write = fitsDatabase ? writeDatabase : writeParquet
  return write(session, sql, join(folder, name), { ...size, rows: Math.max(1, Math.min(rowsPerGroupMax, rows)) })
}

type GroupedSize = CopySize & { readonly rows: number }

async function writeParquet(session: EngineSession, sql: string, base: string, { rows }: GroupedSize): Promise<WrittenCopy> {
  const path = `${base}.parquet`
  const write = (query: string, to: string) =>
    session.run(`COPY (${query}) TO ${literal(to)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rows})`)
  await write(sql, path)
  const from = `read_parquet(${fileLiteral(path)})`
  return {
    file: fileOf(path),
    from,
    without: async (places) => {
      await write(`SELECT * EXCLUDE (place) FROM ${placed('*', from)} WHERE place NOT IN (${places.join(', ')})`, `${path}.new`)
      await rename(`${path}.new`, path)
    },
    indexBy: () => Promise.resolve(false),
    close: () => Promise.resolve(),
    discard: () => rm(path),
  }
}

/** One fixed name is enough: only one conversion runs at a time, with its own engine. */
const alias = 'being_written'

async function writeDatabase(
  session: EngineSession,
  sql: string,
  base: string,
  { rows, fileBytes, width }: GroupedSize,
): Promise<WrittenCopy> {
  const path = `${base}${databaseSuffix}`
  const options = [
    "STORAGE_VERSION 'latest'",
    `ROW_GROUP_SIZE ${Math.max(vectorRows, rows - (rows % vectorRows))}`,
    ...(fileBytes <= smallBytes || isWide(width) ? [`BLOCK_SIZE ${smallBlockBytes}`] : []),
  ]
  await session.run(`ATTACH ${literal(path)} AS ${alias} (${options.join(', ')})`)
  const detach = () => session.run(`DETACH ${alias}`)
  try {
    await session.run(`CREATE TABLE ${tableIn(alias)} AS ${sql}`)
    // Moves the rows from the write-ahead log beside the database into the database.
    await session.run(`CHECKPOINT ${alias}`)
  } catch (thrown) {
    await detach().catch(() => undefined)
    await Promise.all([path, `${path}.wal`].map((left) => rm(left, { force: true })))
    throw thrown
  }
  const without = async (places: readonly number[]) => {
    const rowsAt = `SELECT id FROM ${placed('rowid AS id', tableIn(alias))} WHERE place IN (${places.join(', ')})`
    await session.run(`DELETE FROM ${tableIn(alias)} WHERE rowid IN (${rowsAt})`)
    await session.run(`CHECKPOINT ${alias}`)
  }
  const indexBy = async (position: number) => {
    try {
      await session.run(`CREATE INDEX by_key ON ${tableIn(alias)} (${columnAt(position)})`)
      await session.run(`CHECKPOINT ${alias}`)
      return true
    } catch (thrown) {
      if (!(thrown instanceof ResultTooLarge)) throw thrown
      return false
    }
  }
  const discard = async () => {
    await detach()
    await rm(path)
  }
  return { file: fileOf(path), from: tableIn(alias), without, indexBy, close: detach, discard }
}

/** Rows with their places, from 1. */
const placed = (outputs: string, from: string) => `(SELECT ${outputs}, row_number() OVER () AS place FROM ${from})`

const fileOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
