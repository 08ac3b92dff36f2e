import type { Knex } from 'knex'

/** What is known of downloads without their rows, for a day. No row of any source is kept here. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`create table download_reports (
    transaction uuid primary key,
    viewer text not null,
    report jsonb not null,
    kept_until timestamptz not null
  )`)
  await knex.raw('create index download_reports_kept_until on download_reports (kept_until)')
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
