import type { Knex } from 'knex'

/**
 * An organisation finds its own hidden datasets. So where a spoke gets another organisation, its hidden datasets are in no search until the
 * index knows of it, or the one before could still find them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function tell_search_of_spokes() returns trigger language plpgsql as $$
    begin
      insert into search_outbox (dataset_id, hides)
      select datasets.id, (before.configured and not after.configured)
        or (before.organisation_id <> after.organisation_id and datasets.access <> 'OPEN' and datasets.listing <> 'PUBLIC')
      from after join before using (id) join datasets on datasets.spoke_id = after.id
      where (before.organisation_id, before.configured) is distinct from (after.organisation_id, after.configured);
      if found then perform wake_search(); end if;
      return null;
    end $$;
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
