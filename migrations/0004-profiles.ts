import type { Knex } from 'knex'

/**
 * What the values of a column are like, where its source tells it: see src/connector/profile.ts. Read apart from the columns, since few
 * ask.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table columns add column profile jsonb')
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
