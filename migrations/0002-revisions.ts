import type { Knex } from 'knex'

/**
 * A number that grows with every change of the catalogue, in the same transaction, so that a hub knows when its cache is out of date,
 * whichever hub made the change. One row for each spoke, so that harvests do not wait for each other; '' is for spokes and organisations.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table revisions (
      scope text collate "C" primary key,
      revision bigint not null
    );

    create function revise_spokes() returns trigger language plpgsql as $$
    begin
      insert into revisions (scope, revision) select distinct spoke_id, 1 from changed order by 1
      on conflict (scope) do update set revision = revisions.revision + 1;
      return null;
    end $$;

    create function revise_all() returns trigger language plpgsql as $$
    begin
      insert into revisions (scope, revision) values ('', 1) on conflict (scope) do update set revision = revisions.revision + 1;
      return null;
    end $$;

    create trigger datasets_inserted after insert on datasets referencing new table as changed for each statement execute function revise_spokes();
    create trigger datasets_updated after update on datasets referencing new table as changed for each statement execute function revise_spokes();
    create trigger datasets_deleted after delete on datasets referencing old table as changed for each statement execute function revise_spokes();
    create trigger spokes_changed after insert or update or delete or truncate on spokes for each statement execute function revise_all();
    create trigger organisations_changed after insert or update or delete or truncate on organisations for each statement execute function revise_all();
    create trigger datasets_truncated after truncate on datasets for each statement execute function revise_all();
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
