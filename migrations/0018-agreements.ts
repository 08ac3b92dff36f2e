import type { Knex } from 'knex'

/**
 * Agreements. `canonical` is the text that is signed, and does not change once an agreement is offered. What follows from the time alone, in
 * force or expired, is in no column. The catalogue's revision grows with every change, since agreements decide who sees what.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table agreements (
      id uuid primary key,
      canonical text not null,
      kind text not null check (kind in ('DISCLOSURE', 'RECEIPT')),
      state text not null check (state in ('DRAFT', 'OFFERED', 'AGREED', 'SUSPENDED', 'TERMINATED')),
      discloser text not null,
      recipients text[] not null,
      purposes text[] not null,
      valid_from timestamptz not null,
      valid_until timestamptz not null,
      changed_by text not null,
      offered_at timestamptz,
      reason text,
      created_at timestamptz not null default now()
    );
    create index agreements_parties on agreements using gin ((recipients || discloser));
    create index agreements_recipients on agreements using gin (recipients) where state = 'AGREED';
    create index agreements_from on agreements (valid_from) where state = 'AGREED';
    create index agreements_until on agreements (valid_until) where state = 'AGREED';

    create table agreement_tables (
      agreement uuid not null references agreements (id),
      table_id text collate "C" not null,
      dataset_id text collate "C" not null,
      primary key (table_id, agreement)
    );
    create index agreement_tables_dataset on agreement_tables (dataset_id);

    create table agreement_signatures (
      agreement uuid not null references agreements (id),
      organisation text not null,
      jws text not null,
      signed_at timestamptz not null default now(),
      primary key (agreement, organisation)
    );

    create function keep_what_was_offered() returns trigger language plpgsql as $$
    begin
      if old.state <> 'DRAFT' and (new.canonical, new.kind, new.discloser, new.recipients, new.purposes, new.valid_from, new.valid_until)
        is distinct from (old.canonical, old.kind, old.discloser, old.recipients, old.purposes, old.valid_from, old.valid_until)
      then raise exception 'an agreement that was offered does not change'; end if;
      return new;
    end $$;
    create trigger agreements_kept before update on agreements for each row execute function keep_what_was_offered();

    create function keep_what_agreements_name() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'INSERT' or (select state from agreements where id = new.agreement) <> 'DRAFT'
      then raise exception 'what an agreement names does not change'; end if;
      return new;
    end $$;
    create trigger agreement_tables_kept before insert or update or delete on agreement_tables
      for each row execute function keep_what_agreements_name();

    create function keep_signatures() returns trigger language plpgsql as $$
    begin raise exception 'a signature does not change'; end $$;
    create trigger agreement_signatures_kept before update or delete on agreement_signatures for each row execute function keep_signatures();

    create function revise_agreements() returns trigger language plpgsql as $$
    begin
      insert into revisions (scope, revision) values ('agreements', 1) on conflict (scope) do update set revision = revisions.revision + 1;
      return null;
    end $$;
    create trigger agreements_changed after insert or update or delete or truncate on agreements for each statement execute function revise_agreements();
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
