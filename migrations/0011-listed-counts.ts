import type { Knex } from 'knex'

/**
 * What a harvest changed, counted over the datasets that are listed to everybody: the counts of all of them would tell how many are hidden.
 * 0 for earlier harvests, until the next one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table harvest_runs
      add column listed_created integer not null default 0,
      add column listed_updated integer not null default 0,
      add column listed_unchanged integer not null default 0,
      add column listed_removed integer not null default 0;
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
