import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import { openDatabase } from '../src/database/open-database.js'
import { columns } from './query-data.js'

/** A PostgreSQL server with a database for each spoke, and one database that reaches them all by postgres_fdw. */
export interface Fdw {
  /** The URL of each spoke's database, with its password. */
  readonly urls: readonly string[]
  rows(sql: string): Promise<unknown[][]>
  close(): Promise<void>
}

const log = { info: () => undefined, warn: console.warn, error: console.error }
const definition = columns.map(({ name, postgres }) => `${name} ${postgres}`).join(', ')

/**
 * Starts the server in `folder` and loads a CSV file for each spoke. The foreign tables are `payments_0` and so on, and the view `payments`
 * is their UNION ALL.
 */
export async function openFdw(folder: string, csv: readonly string[]): Promise<Fdw> {
  const database = await openDatabase({ dataFolder: folder, log })
  const urls = csv.map((_, spoke) => urlOf(database.url, `spoke_${spoke}`))
  const hub = new pg.Client({ connectionString: urlOf(database.url, 'fdw'), ssl: false })
  const close = async () => {
    await hub.end().catch(() => undefined)
    await database.close()
  }
  try {
    for (const name of [...csv.map((_, spoke) => `spoke_${spoke}`), 'fdw']) await database.knex.raw(`CREATE DATABASE ${name}`)
    for (const [spoke, file] of csv.entries()) await load(urls[spoke] as string, file)
    await hub.connect()
    for (const statement of foreignTables(new URL(database.url), csv.length)) await hub.query(statement)
    return { urls, rows: async (sql) => (await hub.query<unknown[]>({ text: sql, rowMode: 'array' })).rows, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

async function load(url: string, csv: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, ssl: false })
  await client.connect()
  try {
    await client.query(`CREATE TABLE payments (${definition})`)
    await pipeline(createReadStream(csv), client.query(from('COPY payments FROM STDIN (FORMAT csv, HEADER)')))
    await client.query('ALTER TABLE payments ADD PRIMARY KEY (id)')
    await client.query('VACUUM ANALYZE payments')
  } finally {
    await client.end()
  }
}

function foreignTables({ port, username, password }: URL, spokes: number): string[] {
  const statements = ['CREATE EXTENSION postgres_fdw']
  const names = Array.from({ length: spokes }, (_, spoke) => `payments_${spoke}`)
  for (const [spoke, name] of names.entries()) {
    statements.push(
      `CREATE SERVER server_${spoke} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${port}', dbname 'spoke_${spoke}', use_remote_estimate 'false', fetch_size '10000')`,
      `CREATE USER MAPPING FOR CURRENT_USER SERVER server_${spoke} OPTIONS (user '${username}', password '${password}')`,
      `CREATE FOREIGN TABLE ${name} (${definition}) SERVER server_${spoke} OPTIONS (table_name 'payments')`,
      `ANALYZE ${name}`,
    )
  }
  return [...statements, `CREATE VIEW payments AS ${names.map((name) => `SELECT * FROM ${name}`).join(' UNION ALL ')}`]
}

/** Throws unless every foreign table is aggregated in its own database. */
export async function checkPushed(fdw: Fdw, sql: string, tables: number): Promise<void> {
  const text = (await fdw.rows(`EXPLAIN (VERBOSE) ${sql}`)).join('\n')
  const pushed = text.match(/Relations: Aggregate on/g)?.length ?? 0
  if (pushed !== tables) throw new Error(`postgres_fdw pushed ${pushed} of ${tables} aggregates down:\n${text}`)
}
