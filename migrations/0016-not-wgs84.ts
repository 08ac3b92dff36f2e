import type { Knex } from 'knex'

/** Whether a column's geometries, or some of them, are not in WGS84 with the longitude first, as its source says. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table columns add column not_wgs84 boolean not null default false')
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
