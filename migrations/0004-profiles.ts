import type { Knex } from 'knex'

/**
 * The profile of a column's values, if its source reports one: see src/connector/profile.ts. Read apart from the columns, because few
 * requests need it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table columns add column profile jsonb')
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
