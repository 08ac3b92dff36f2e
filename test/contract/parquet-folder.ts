import { join } from 'node:path'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { rowsSql } from '../query/support/table-source.js'
import type { WorldTable } from '../query/support/world.js'

/** Each table as a file of its name. */
export async function writeParquet(folder: string, tables: readonly WorldTable[]): Promise<void> {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
  const named = ({ columns }: WorldTable) => columns.map(({ name }, index) => `c${index} AS ${quoted(name)}`).join(', ')
  await copy(folder, Object.fromEntries(tables.map((table) => [table.id, `SELECT ${named(table)} FROM (${rowsSql(table)})`])))
}

/** The table `big`. */
export function writeBig(folder: string, rows: number): Promise<void> {
  return copy(folder, { big: `SELECT i AS n, 'row ' || i AS text FROM range(${rows}) t(i)` })
}

async function copy(folder: string, queries: Readonly<Record<string, string>>): Promise<void> {
  const engine = await DuckDbEngine.open({ folders: [folder], memoryMb: 512 })
  const session = await engine.connect()
  for (const [name, sql] of Object.entries(queries))
    await session.run(`COPY (${sql}) TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet)`)
  await session.close()
  await engine.close()
}
