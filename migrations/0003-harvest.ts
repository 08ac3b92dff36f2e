import type { Knex } from 'knex'

/**
 * What the harvest needs to archive datasets after days of grace, to accept a source's report that a dataset is gone, to remember unchanged
 * datasets as bits, and to know when it last read a source in full.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When a complete crawl first missed it, since it was last seen or named.
    alter table datasets add column missing_since timestamptz;
    -- The latest run in which its source reported it as removed.
    alter table datasets add column removed_by bigint;
    update datasets set missing_since = now() where status <> 'ACTIVE';
    alter table datasets add check ((status = 'ACTIVE') = (missing_since is null));
    -- Small and dense. Not an identity column, because an upsert of an existing row would use a number up.
    create sequence dataset_numbers;
    alter table datasets add column number bigint not null default nextval('dataset_numbers');
    alter sequence dataset_numbers owned by datasets.number;

    -- False for a run that began at a cursor and so read only changes.
    alter table harvest_runs add column whole boolean not null default true;
    -- Whether it decided which datasets are gone.
    alter table harvest_runs add column settled boolean not null default false;
    update harvest_runs set settled = true where status = 'COMPLETE';
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
