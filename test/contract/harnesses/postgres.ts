import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgres } from '../../../connectors/postgres/index.js'
import { DuckDbEngine } from '../../../src/engine/duckdb.js'
import { freshDatabase } from '../../support/postgres.js'
import type { Bench } from '../../support/query.js'
import { quietLog } from '../../support/spoke.js'
import { openWire } from '../../support/wire.js'
import { tableSql } from '../database-tables.js'
import type { Harness, Held } from '../harness.js'

const dialect = {
  quote: (name: string) => `"${name.replaceAll('"', '""')}"`,
  type: ({ type, scale }: { type: string; scale?: number | undefined }) =>
    ({
      STRING: 'text COLLATE "en-x-icu"',
      BOOLEAN: 'boolean',
      INT64: 'bigint',
      DOUBLE: 'double precision',
      DECIMAL: `numeric(20,${scale})`,
      DATE: 'date',
      TIMESTAMP: 'timestamp',
      TIMESTAMPTZ: 'timestamptz',
    })[type] ?? '',
  text: (value: string) => `'${value.replaceAll("'", "''")}'`,
}

/** A database of its own, read by a role that may only read. */
async function openDatabase(bench: Bench, statements: readonly string[]): Promise<Held> {
  const database = await freshDatabase({ migrated: false })
  const run = (sql: string) => database.knex.raw(sql.replaceAll('?', '\\?')) as unknown as Promise<{ rows: Record<string, unknown>[] }>
  await run(`SET TimeZone = 'UTC'`)
  for (const sql of statements) await run(sql)
  const base = await mkdtemp(join(tmpdir(), 'dials-contract-'))
  const url = new URL(await database.reader())
  const wire = await openWire(Number(url.port))
  url.host = `127.0.0.1:${wire.port}`
  const source = await postgres.open(postgres.configSchema.parse({ url: url.href, schemas: ['public'], defaultAccess: 'OPEN' }), {
    spokeId: 'camden',
    baseFolder: base,
    engine: bench.engine,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder: bench.folder,
    storeFolder: base,
    log: quietLog,
  })
  let gone = false
  return {
    source,
    wire,
    secrets: [url.password].filter((secret) => secret !== ''),
    async leftovers() {
      const { rows } = await run(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'seven-dials' AND pid <> pg_backend_pid() AND state <> 'idle'`,
      )
      return rows.map(({ query }) => String(query)).filter((query) => !query.includes('pg_stat_activity'))
    },
    async break() {
      gone = true
      await database.drop()
    },
    async remove() {
      await source.close()
      await wire.close()
      if (!gone) await database.drop()
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** Tables of a database whose texts have a collation that is not C. */
export const postgresHarness: Harness = {
  kind: 'postgres',
  words: { FILTER: /WHERE/, PROJECT: /SELECT/, AGGREGATE: /count\(\*\).*sum\(/is, SORT: /ORDER BY/, LIMIT: /LIMIT 3/ },
  types: ['STRING', 'BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ'],
  open: (bench, tables) =>
    openDatabase(
      bench,
      tables.flatMap((table) => tableSql(table, dialect)),
    ),
  openBig: (bench, rows) =>
    openDatabase(bench, [
      `CREATE TABLE big AS SELECT i::bigint AS n, 'row ' || i AS text FROM generate_series(0, ${rows - 1}) AS i`,
      'ANALYZE big',
    ]),
}
