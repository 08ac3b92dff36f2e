import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { literal } from '../../engine-sql.js'

/** The engine holds a vector for each step of each column's expression. Of more columns, it could not hold those of one statement. */
const widthMax = 256
/** How many columns of a wide table one statement reads. */
const columnsAtOnce = 128

/** Blocks for tables of many columns. Each column fills blocks of its own, so those of the usual size would take too much memory. */
export const smallBlockBytes = 16_384

/** One fixed name is enough: only one conversion runs at a time, with its own engine. */
const alias = 'in_portions'

/** Whether a table is too wide for one statement. */
export const isWide = (width: number): boolean => width > widthMax

/**
 * Runs `write` with a query of the given outputs over a table. A wide table is read in portions of its columns, each into a table of a
 * scratch database; the query then lays the portions side by side, row by row.
 * @param outputs SQL of each column, with its name.
 */
export async function withRows<Result>(
  session: EngineSession,
  outputs: readonly string[],
  from: string,
  scratch: string,
  write: (query: string) => Promise<Result>,
): Promise<Result> {
  if (!isWide(outputs.length)) return write(`SELECT ${outputs.join(', ')} FROM ${from}`)
  const path = join(scratch, `${alias}.duckdb`)
  await session.run(`ATTACH ${literal(path)} AS ${alias} (STORAGE_VERSION 'latest', BLOCK_SIZE ${smallBlockBytes})`)
  try {
    const portions: string[] = []
    for (let first = 0; first < outputs.length; first += columnsAtOnce) {
      const portion = `${alias}.from_${first}`
      await session.run(`CREATE TABLE ${portion} AS SELECT ${outputs.slice(first, first + columnsAtOnce).join(', ')} FROM ${from}`)
      portions.push(portion)
    }
    return await write(`SELECT * FROM ${portions.join(' POSITIONAL JOIN ')}`)
  } finally {
    await session.run(`DETACH ${alias}`)
    await Promise.all([path, `${path}.wal`].map((left) => rm(left, { force: true })))
  }
}
