import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { ResultTooLarge } from '../../../../src/errors.js'
import { columnAt, fileLiteral, literal } from '../../engine-sql.js'
import { databaseSuffix, tableIn } from './copy-table.js'

/** Rows that the engine holds in memory while they are written, and what they may weigh together. */
const rowsPerGroupMax = 122_880
const groupBytesMax = 8 * 1024 * 1024
/** A row group of a database has a multiple of these rows. */
const vectorRows = 2048

/** Of a small file a database in blocks of the usual size would be mostly air. */
const smallBytes = 1024 * 1024
const smallBlockBytes = 16_384

/** What is known of rows before they are written. */
export interface CopySize {
  /** Bytes of a row, roughly. */
  readonly rowBytes: number
  /** Bytes of the file that they come from. */
  readonly fileBytes: number
}

/** A copy being written. */
export interface WrittenCopy {
  /** The file's name in its folder. */
  readonly file: string
  /** A table expression that reads it while it is open here. */
  readonly from: string
  /**
   * Has rows found by the values of a column at once. Answers whether there was room to make an index of them; without one they are found
   * all the same.
   */
  indexBy(position: number): Promise<boolean>
  /** Puts it on the disk as it will be read, and lets go of it. To be called in any case. */
  close(): Promise<void>
}

/**
 * Writes a query's rows as `<name>.duckdb` or, where single rows are so long that few of them fit into memory together, `<name>.parquet`.
 * Where that fails nothing is left, and the same name may be written again.
 */
export async function writeCopy(session: EngineSession, sql: string, folder: string, name: string, size: CopySize): Promise<WrittenCopy> {
  const rows = Math.floor(groupBytesMax / size.rowBytes)
  const write = rows < vectorRows ? writeParquet : writeDatabase
  return write(session, sql, join(folder, name), { ...size, rows: Math.max(1, Math.min(rowsPerGroupMax, rows)) })
}

type GroupedSize = CopySize & { readonly rows: number }

async function writeParquet(session: EngineSession, sql: string, base: string, { rows }: GroupedSize): Promise<WrittenCopy> {
  const path = `${base}.parquet`
  await session.run(`COPY (${sql}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rows})`)
  return {
    file: fileOf(path),
    from: `read_parquet(${fileLiteral(path)})`,
    indexBy: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  }
}

/** One conversion at a time has an engine for itself. */
const alias = 'being_written'

async function writeDatabase(session: EngineSession, sql: string, base: string, { rows, fileBytes }: GroupedSize): Promise<WrittenCopy> {
  const path = `${base}${databaseSuffix}`
  const options = [
    "STORAGE_VERSION 'latest'",
    `ROW_GROUP_SIZE ${rows - (rows % vectorRows)}`,
    ...(fileBytes <= smallBytes ? [`BLOCK_SIZE ${smallBlockBytes}`] : []),
  ]
  await session.run(`ATTACH ${literal(path)} AS ${alias} (${options.join(', ')})`)
  const detach = () => session.run(`DETACH ${alias}`)
  try {
    await session.run(`CREATE TABLE ${tableIn(alias)} AS ${sql}`)
    // What it wrote lies beside the database until then.
    await session.run(`CHECKPOINT ${alias}`)
  } catch (thrown) {
    await detach().catch(() => undefined)
    await Promise.all([path, `${path}.wal`].map((left) => rm(left, { force: true })))
    throw thrown
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
  return { file: fileOf(path), from: tableIn(alias), indexBy, close: detach }
}

const fileOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
