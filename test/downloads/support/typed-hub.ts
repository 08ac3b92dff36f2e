import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect } from 'vitest'
import { startTestHub, type TestHub } from '../../support/dials.js'
import { familyOf } from '../../support/processes.js'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.js'
import { openWorkspace, twoSpokes, type Workspace } from '../../support/workspace.js'

/** A hub whose spoke camden has tables that DuckDB wrote, of all types. */
export interface TypedHub {
  hub: TestHub
  workspace: Workspace
  database: FreshDatabase
  /** Asks for a download of this query. */
  download(format: string, input: object, options?: { headers?: Record<string, string>; signal?: AbortSignal }): Promise<Response>
}

/** @param tables SQL of each table by its name; each becomes a Parquet file. @param files further files. */
export function typedHub(tables: Record<string, string>, files: Record<string, string> = {}): TypedHub {
  const held = {
    download: (format, input, options = {}) =>
      fetch(`${held.hub.url}/query?format=${format}`, {
        method: 'POST',
        body: JSON.stringify(input),
        signal: options.signal ?? null,
        headers: { 'content-type': 'application/json', ...options.headers },
      }),
  } as TypedHub
  beforeAll(async () => {
    held.workspace = await openWorkspace({ ...twoSpokes, ...files })
    for (const [name, sql] of Object.entries(tables)) await writeParquet(held.workspace.path(`camden/data/${name}.parquet`), sql)
    held.database = await freshDatabase()
    held.hub = await startTestHub(held.workspace.hubYaml, {
      dataFolder: held.workspace.path('data'),
      env: { DATABASE_URL: held.database.url },
    })
    await held.hub.harvested('camden', 'barnet')
  })
  afterAll(async () => {
    expect(await held.hub.stop()).toBe(0)
    await held.database.drop()
    await held.workspace.remove()
  })
  return held
}

async function writeParquet(path: string, sql: string): Promise<void> {
  await writeFile(path, '')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
}

/** The files of rows that a hub and its spokes hold in memory. */
export function landedAt({ process: { pid = 0 } }: TestHub): string[] {
  const own = familyOf(pid).map((one) => `seven-dials-${one.pid}-`)
  const folders = readdirSync('/dev/shm').filter((name) => own.some((prefix) => name.startsWith(prefix)))
  return folders.flatMap((folder) =>
    readdirSync(join('/dev/shm', folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet')),
  )
}

/** The rows of the graph for the same query. */
export async function rowsOfGraph(hub: TestHub, input: object): Promise<{ columns: string[]; rows: unknown[][] }> {
  const answer = await hub.ask<{ query: { columns: { name: string }[]; rows: unknown[][] } }>(
    'query ($input: QueryInput!) { query(input: $input) { columns { name } rows } }',
    { input },
  )
  if (!answer.data) throw new Error(JSON.stringify(answer.errors))
  const { columns, rows } = answer.data.query
  return { columns: columns.map(({ name }) => name), rows }
}
