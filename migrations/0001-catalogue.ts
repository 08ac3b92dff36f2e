import type { Knex } from 'knex'

/**
 * Organisations, spokes, their datasets, and harvests. No row of a published table is kept here. Ids sort binary (COLLATE "C"), so that
 * pages have the same order on every server.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table organisations (
      id text collate "C" primary key,
      name text not null,
      gss text
    );

    create table spokes (
      id text collate "C" primary key,
      organisation_id text collate "C" not null references organisations,
      title text not null,
      connector text not null,
      position integer not null,
      configured boolean not null
    );
    create index spokes_of_organisation on spokes (organisation_id);

    create table harvest_runs (
      id bigint generated always as identity primary key,
      spoke_id text collate "C" not null references spokes on delete cascade,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      status text not null check (status in ('RUNNING', 'COMPLETE', 'PARTIAL', 'FAILED', 'HELD')),
      created integer not null default 0,
      updated integer not null default 0,
      unchanged integer not null default 0,
      removed integer not null default 0,
      failed integer not null default 0,
      error text,
      cursor text,
      check ((status = 'RUNNING') = (finished_at is null))
    );
    create index harvest_runs_of_spoke on harvest_runs (spoke_id, id desc);
    create unique index harvest_runs_one_running on harvest_runs (spoke_id) where status = 'RUNNING';

    create table harvest_problems (
      run_id bigint not null references harvest_runs on delete cascade,
      position integer not null,
      source_id text,
      message text not null,
      listed boolean not null,
      primary key (run_id, position)
    );

    create table datasets (
      id text collate "C" primary key,
      spoke_id text collate "C" not null references spokes on delete cascade,
      title text not null,
      description text,
      licence jsonb,
      themes text[] not null,
      keywords text[] not null,
      access text not null check (access in ('OPEN', 'SHARED', 'CLOSED')),
      shared_with text[] not null,
      listing text not null check (listing in ('PUBLIC', 'PARTIES')),
      issued timestamptz,
      modified timestamptz,
      frequency text,
      landing_page text,
      hash text not null,
      status text not null check (status in ('ACTIVE', 'MISSING', 'ARCHIVED')),
      first_seen timestamptz not null,
      last_seen timestamptz not null,
      updated_at timestamptz not null,
      -- The latest run that saw it, and the latest that had a problem with it. If a complete run did neither, it is gone.
      seen_by bigint not null,
      kept_by bigint,
      check (starts_with(id, spoke_id || '/'))
    );
    create index datasets_of_spoke on datasets (spoke_id, id);

    create table distributions (
      id text collate "C" primary key,
      dataset_id text collate "C" not null references datasets on delete cascade,
      position integer not null,
      title text,
      format text,
      media_type text,
      access_url text,
      download_url text,
      byte_size bigint,
      checksum text,
      modified timestamptz
    );
    create index distributions_of_dataset on distributions (dataset_id, position);

    create table tables (
      id text collate "C" primary key,
      dataset_id text collate "C" not null references datasets on delete cascade,
      position integer not null,
      name text not null,
      title text not null,
      row_count bigint,
      version text,
      problems text[] not null
    );
    create index tables_of_dataset on tables (dataset_id, position);

    create table columns (
      table_id text collate "C" not null references tables on delete cascade,
      position integer not null,
      name text collate "C" not null,
      title text not null,
      type text not null,
      scale smallint,
      semantic_type text,
      nullable boolean not null,
      description text,
      unit text,
      sensitivity text not null check (sensitivity in ('NONE', 'PERSONAL', 'SPECIAL_CATEGORY')),
      primary key (table_id, position),
      unique (table_id, name)
    );
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
