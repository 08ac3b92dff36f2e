import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestHub } from '../../support/dials.js'
import { type HubOfTwo, hubOfTwo } from '../../support/hub-of-two.js'
import { familyOf } from '../../support/processes.js'
import { writeParquet } from './parquet-file.js'
import { post } from './post.js'

/** A hub whose spoke camden has tables that DuckDB wrote, of all types. */
export interface TypedHub extends HubOfTwo {
  /** Asks for a download of this query. */
  download(format: string, input: object, options?: { headers?: Record<string, string>; signal?: AbortSignal }): Promise<Response>
}

/** @param tables SQL of each table by its name; each becomes a Parquet file. @param files further files. */
export function typedHub(tables: Record<string, string>, files: Record<string, string> = {}): TypedHub {
  const held = hubOfTwo(files, async (workspace) => {
    for (const [name, sql] of Object.entries(tables)) await writeParquet(workspace.path(`camden/data/${name}.parquet`), sql)
  })
  return Object.assign(held, {
    download: (format: string, input: object, options: { headers?: Record<string, string>; signal?: AbortSignal } = {}) =>
      post(held.hub.url, input, format, options.headers, options.signal),
  })
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
