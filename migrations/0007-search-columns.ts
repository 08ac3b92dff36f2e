import type { Knex } from 'knex'

/**
 * A column for each facet, because most searches count few of them; short columns stand before long ones, because they are read for every
 * document. Documents for some organisations are indexed by organisation and word together, so that a search does not visit those of
 * others. Mistyped words are searched only within the distance that their length allows.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A rebuild under way begins again.
    drop table if exists search_documents_rebuild, search_texts_rebuild, search_words_rebuild;
    update search_rebuilds set after_id = '', written = 0 where ended_at is null;

    create table search_documents_new (
      id text collate "C" primary key,
      spoke text collate "C" not null,
      -- Milliseconds since 1970.
      modified bigint,
      -- Listed to everybody; else to those organisations.
      public boolean not null,
      has_tables boolean not null,
      -- Numbers of search_values.
      spoke_value integer not null,
      organisation_value integer not null,
      access_value integer not null,
      licence_value integer,
      theme_values integer[] not null,
      format_values integer[] not null,
      keyword_values integer[] not null,
      type_values integer[] not null,
      audiences text[] not null,
      title text collate "C" not null,
      digest text not null,
      -- A: title, B: keywords and themes, C: description and publisher, D: columns.
      vector tsvector not null
    );
    insert into search_documents_new
    select id, spoke, modified, public, has_tables,
      (select value from unnest(facets) value where value >> 24 = 1), (select value from unnest(facets) value where value >> 24 = 2),
      (select value from unnest(facets) value where value >> 24 = 7), (select value from unnest(facets) value where value >> 24 = 6),
      array(select value from unnest(facets) value where value >> 24 = 3), array(select value from unnest(facets) value where value >> 24 = 5),
      array(select value from unnest(facets) value where value >> 24 = 4), array(select value from unnest(facets) value where value >> 24 = 8),
      audiences, title, digest, vector
    from search_documents;
    drop table search_documents;
    alter table search_documents_new rename to search_documents;

    -- A table of its own, so that hidden documents do not change the time of a viewer's search.
    create index on search_documents using gin (vector) where public;
    create index on search_documents using gin (audiences, vector) where not public;
    create index on search_documents using gin (theme_values, format_values, keyword_values, type_values);
    create index on search_documents (spoke_value);
    create index on search_documents (organisation_value);
    analyze search_documents;

    -- Of a word and the same with so many letters changed, at least this share of the three-letter parts is the same: two letters that change places are
    -- four parts, another letter is three.
    create function search_likeness(given text, changes integer) returns text language sql immutable as $$
      select (case
        when changes > 1 then case when length(given) >= 15 then 0.33 when length(given) >= 12 then 0.28 when length(given) >= 9 then 0.24 else 0.19 end
        else case when length(given) >= 8 then 0.35 when length(given) = 7 then 0.3 when length(given) = 6 then 0.25 else 0.19 end
      end)::text
    $$;

    -- Words of those audiences similar to this one, as written or as lexemes, nearest first.
    create or replace function search_near_words(given text, given_lexeme text, known_to text[], changes integer)
    returns table (word text, lexeme text) language plpgsql stable as $$
    declare
      -- Shorter words allow fewer wrong letters.
      lexeme_changes constant integer := case when length(given_lexeme) >= 9 then changes else least(changes, 1) end;
    begin
      perform set_config('pg_trgm.similarity_threshold', search_likeness(given, changes), true);
      return query
        select (array_agg(w.word order by similarity(w.word, given) desc, w.word))[1], w.lexeme from search_words w
        where w.audience = any(known_to) and w.word % given and length(w.word) between length(given) - changes and length(given) + changes
        group by w.lexeme order by max(similarity(w.word, given)) desc, w.lexeme limit 50;
      perform set_config('pg_trgm.similarity_threshold', search_likeness(given_lexeme, lexeme_changes), true);
      return query
        select min(w.word), w.lexeme from search_words w
        where w.audience = any(known_to) and w.lexeme % given_lexeme and length(w.lexeme) between length(given_lexeme) - lexeme_changes and length(given_lexeme) + lexeme_changes
        group by w.lexeme order by max(similarity(w.lexeme, given_lexeme)) desc, w.lexeme limit 50;
    end $$;
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
