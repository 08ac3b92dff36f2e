import type { Knex } from 'knex'

/** Primary and foreign keys, if the source reports them: see src/connector/catalogue.ts. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    `alter table tables add column primary_key text[] not null default '{}', add column foreign_keys jsonb not null default '[]'`,
  )
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
