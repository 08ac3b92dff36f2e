import type { Knex } from 'knex'

/**
 * Search: the index in PostgreSQL itself, and the outbox through which any index follows the catalogue. A change that affects what may be
 * found is written to the outbox in its own transaction, and wakes the search keeper.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create extension if not exists pg_trgm;

    create table search_documents (
      id text collate "C" primary key,
      spoke text collate "C" not null,
      -- Listed to everybody; else to those organisations.
      public boolean not null,
      audiences text[] not null,
      -- A: title, B: keywords and themes, C: description and publisher, D: columns.
      vector tsvector not null,
      -- Numbers of search_values.
      facets integer[] not null,
      has_tables boolean not null,
      -- Milliseconds since 1970.
      modified bigint,
      title text collate "C" not null,
      digest text not null
    );
    -- A table of its own, so that hidden documents do not change the time of a viewer's search.
    create index search_documents_public on search_documents using gin (vector) where public;
    create index search_documents_shared on search_documents using gin (vector) where not public;
    create index search_documents_facets on search_documents using gin (facets);

    -- The texts to show, in a table of their own, so that what is searched lies close together.
    create table search_texts (
      id text collate "C" primary key,
      title text not null,
      description text,
      keywords text[] not null,
      columns text[] not null
    );

    -- The words of documents by audience, for corrections and completions: as written, and as lexemes of the text index.
    create table search_words (
      audience text collate "C" not null,
      word text collate "C" not null,
      lexeme text collate "C" not null,
      primary key (audience, word)
    );
    create index search_words_near on search_words using gin (word gin_trgm_ops, lexeme gin_trgm_ops);
    create index search_words_lexeme on search_words (audience, lexeme);

    -- The values of facets by number: the facet's own in the upper eight bits.
    create sequence search_value_numbers;
    create table search_values (
      facet integer not null,
      value text collate "C" not null,
      number integer not null unique,
      primary key (facet, value)
    );

    create table search_outbox (
      seq bigint generated always as identity primary key,
      dataset_id text collate "C" not null,
      -- Hidden until the index is updated: its audience has changed, or it is gone.
      hides boolean not null
    );
    create index search_outbox_hides on search_outbox (dataset_id) where hides;

    -- The latest rebuild of each index.
    create table search_rebuilds (
      index_name text primary key,
      started_at timestamptz not null,
      ended_at timestamptz,
      -- The last dataset that it has written.
      after_id text collate "C" not null default '',
      written integer not null default 0,
      total integer not null,
      error text
    );

    -- One job for each transaction, so that harvests do not wait for each other; those without work end at once.
    create function wake_search() returns void language plpgsql as $$
    begin
      if to_regproc('graphile_worker.add_job') is not null then
        perform graphile_worker.add_job('search update', queue_name => 'search', job_key => 'search update ' || pg_current_xact_id());
      end if;
    end $$;

    create function tell_search_inserted() returns trigger language plpgsql as $$
    begin
      insert into search_outbox (dataset_id, hides) select id, false from after;
      if found then perform wake_search(); end if;
      return null;
    end $$;

    create function tell_search_updated() returns trigger language plpgsql as $$
    begin
      insert into search_outbox (dataset_id, hides)
      select id, (before.access, before.listing, before.shared_with) is distinct from (after.access, after.listing, after.shared_with) or after.status = 'ARCHIVED'
      from after join before using (id)
      where (before.hash, before.access, before.listing, before.shared_with, before.status = 'ARCHIVED')
        is distinct from (after.hash, after.access, after.listing, after.shared_with, after.status = 'ARCHIVED');
      if found then perform wake_search(); end if;
      return null;
    end $$;

    create function tell_search_deleted() returns trigger language plpgsql as $$
    begin
      insert into search_outbox (dataset_id, hides) select id, true from before;
      if found then perform wake_search(); end if;
      return null;
    end $$;

    create trigger search_dataset_inserted after insert on datasets referencing new table as after for each statement execute function tell_search_inserted();
    create trigger search_dataset_updated after update on datasets referencing old table as before new table as after for each statement execute function tell_search_updated();
    create trigger search_dataset_deleted after delete on datasets referencing old table as before for each statement execute function tell_search_deleted();

    create function tell_search_of_spokes() returns trigger language plpgsql as $$
    begin
      insert into search_outbox (dataset_id, hides)
      select datasets.id, before.configured and not after.configured
      from after join before using (id) join datasets on datasets.spoke_id = after.id
      where (before.organisation_id, before.configured) is distinct from (after.organisation_id, after.configured);
      if found then perform wake_search(); end if;
      return null;
    end $$;

    create function tell_search_of_organisations() returns trigger language plpgsql as $$
    begin
      insert into search_outbox (dataset_id, hides)
      select datasets.id, false
      from after join before using (id) join spokes on spokes.organisation_id = after.id join datasets on datasets.spoke_id = spokes.id
      where before.name is distinct from after.name;
      if found then perform wake_search(); end if;
      return null;
    end $$;

    create trigger search_spokes_updated after update on spokes referencing old table as before new table as after for each statement execute function tell_search_of_spokes();
    create trigger search_organisations_updated after update on organisations referencing old table as before new table as after
      for each statement execute function tell_search_of_organisations();

    -- Words of those audiences similar to this one, as written or as lexemes, nearest first. The threshold lets two letters of five
    -- change places.
    create function search_near_words(given text, given_lexeme text, known_to text[], changes integer)
    returns table (word text, lexeme text) language sql stable set pg_trgm.similarity_threshold = 0.19 as $$
      (select (array_agg(w.word order by similarity(w.word, given) desc, w.word))[1], w.lexeme from search_words w
       where w.audience = any(known_to) and w.word % given and length(w.word) between length(given) - changes and length(given) + changes
       group by w.lexeme order by max(similarity(w.word, given)) desc, w.lexeme limit 50)
      union
      (select min(w.word), w.lexeme from search_words w
       where w.audience = any(known_to) and w.lexeme % given_lexeme and length(w.lexeme) between length(given_lexeme) - changes and length(given_lexeme) + changes
       group by w.lexeme order by max(similarity(w.lexeme, given_lexeme)) desc, w.lexeme limit 50)
    $$;
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
