import { readdir } from 'node:fs/promises'
import type { Knex } from 'knex'
import { ConfigError } from '../errors.js'

/** Beside `src/` in a checkout, beside `dist/src/` once built. */
const folder = new URL('../../migrations/', import.meta.url)

/** An arbitrary number; hubs that start together wait for this lock. */
const lockKey = 7_001_001

/** Names without extension, because 0001-name.ts and the built 0001-name.js are one migration. */
const migrationSource: Knex.MigrationSource<{ name: string; file: string }> = {
  async getMigrations() {
    const files = (await readdir(folder)).filter((file) => /^\d{4}-[a-z0-9-]+\.(ts|js)$/.test(file)).sort()
    return files.map((file) => ({ file, name: file.replace(/\.(ts|js)$/, '') }))
  },
  getMigrationName: ({ name }) => name,
  getMigration: async ({ file }) => (await import(/* @vite-ignore */ new URL(file, folder).href)) as Knex.Migration,
}

/**
 * Migrates the database to this version's tables: completely, or not at all if anything fails. Several hubs may call it at once on an empty
 * database, and a killed start leaves nothing in the way.
 * @throws ConfigError if a newer version has migrated this database; pg's error if it cannot be reached (see `databaseError`).
 */
export async function migrate(knex: Knex): Promise<void> {
  await knex.transaction(async (transaction) => {
    await transaction.raw('set local statement_timeout = 0')
    await transaction.raw('select pg_advisory_xact_lock(?)', [lockKey])
    await refuseNewer(transaction)
    // knex's own lock is a row, which a killed start leaves behind. Under our lock nobody can hold it, so it is released.
    await transaction.migrate.forceFreeMigrationsLock({ migrationSource })
    await transaction.migrate.latest({ migrationSource })
  })
}

async function refuseNewer(transaction: Knex.Transaction): Promise<void> {
  if (!(await transaction.schema.hasTable('knex_migrations'))) return
  const known = new Set((await migrationSource.getMigrations([])).map(({ name }) => name))
  const done = await transaction<{ name: string }>('knex_migrations').pluck<string[]>('name')
  const newer = done.filter((name) => !known.has(name))
  if (newer.length === 0) return
  const mend = `it holds ${newer.join(', ')}, which this version does not know: run the version that made it, or a newer one`
  throw new ConfigError('the database', '', mend)
}
