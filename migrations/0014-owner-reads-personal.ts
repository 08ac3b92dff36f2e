import type { Knex } from 'knex'

/** Whether a dataset's own organisation may read its columns that identify people, as its spoke says. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table datasets add column owner_reads_personal boolean not null default false')
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
