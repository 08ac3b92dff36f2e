import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { postgres } from '../../../connectors/postgres/index.js'
import type { Source } from '../../../src/connector/source.js'
import { DuckDbEngine } from '../../../src/engine/duckdb.js'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.js'
import { type Bench, openBench } from '../../support/query.js'

/** A database of a test's own, with nothing in it, and what opens sources over it. */
export interface TestPostgres {
  readonly database: FreshDatabase
  /** The url of a role that may only read. Sources have it, unless they are given another. */
  readonly readerUrl: string
  readonly bench: Bench
  /** What the sources logged. */
  readonly logged: object[]
  /** Runs statements in it. */
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Record<string, unknown>[]>
  open(config?: Record<string, unknown>): Promise<Source>
  /** Backends of sources, other than this one, and what they run. */
  backends(): Promise<{ state: string; query: string }[]>
  close(): Promise<void>
}

export async function openTestPostgres(): Promise<TestPostgres> {
  const database = await freshDatabase({ migrated: false })
  const readerUrl = await database.reader()
  const bench = await openBench()
  const sources: Source[] = []
  const logged: object[] = []
  const log = {
    info: () => undefined,
    warn: (fields: object) => void logged.push(fields),
    error: (fields: object) => void logged.push(fields),
  }
  const rows = async (sql: string) => ((await database.knex.raw(sql)) as { rows: Record<string, unknown>[] }).rows
  return {
    database,
    readerUrl,
    bench,
    logged,
    rows,
    async run(sql) {
      await database.knex.raw(sql.replaceAll('?', '\\?'))
    },
    async open(config = {}) {
      const storeFolder = join(bench.folder, `store-${randomUUID()}`)
      await mkdir(storeFolder)
      const source = await postgres.open(
        postgres.configSchema.parse({ url: readerUrl, schemas: ['public'], defaultAccess: 'OPEN', ...config }),
        {
          spokeId: 'camden',
          baseFolder: bench.folder,
          engine: bench.engine,
          openEngine: (options) => DuckDbEngine.open(options),
          scratchFolder: bench.folder,
          storeFolder,
          log,
        },
      )
      sources.push(source)
      return source
    },
    async backends() {
      const found = await rows(
        `SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'seven-dials' AND pid <> pg_backend_pid()`,
      )
      return (found as { state: string; query: string }[]).filter(({ query }) => !query.includes('pg_stat_activity'))
    },
    async close() {
      await Promise.all(sources.map((source) => source.close()))
      await bench.close()
      await database.drop()
    },
  }
}
