import { writeFile } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'

/** Writes the rows of a query of DuckDB as a Parquet file. Times without a zone are in UTC. */
export async function writeParquet(path: string, sql: string): Promise<void> {
  await writeFile(path, '')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
}
