import type { Knex } from 'knex'

/** Whether a column's dates were read day first although no value shows their order, as its source says. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table columns add column day_assumed boolean not null default false')
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
