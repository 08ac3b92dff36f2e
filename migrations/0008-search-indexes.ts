import type { Knex } from 'knex'

/**
 * One index for a search's words and its conditions, so that only documents with all of them are visited; and an index for modification
 * times.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A rebuild under way begins again.
    drop table if exists search_documents_rebuild, search_texts_rebuild, search_words_rebuild;
    update search_rebuilds set after_id = '', written = 0 where ended_at is null;

    -- Their names are those that a rebuild gave them.
    do $$
    declare
      name text;
    begin
      for name in
        select pg_index.indexrelid::regclass from pg_index join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
        where indrelid = 'search_documents'::regclass and amname = 'gin'
      loop
        execute 'drop index ' || name;
      end loop;
    end $$;

    -- A table of its own, so that hidden documents do not change the time of a viewer's search.
    create index on search_documents using gin (vector, theme_values, format_values, keyword_values, type_values) where public;
    create index on search_documents using gin (audiences, vector, theme_values, format_values, keyword_values, type_values) where not public;
    create index on search_documents (modified);
    analyze search_documents;
  `)
}

/** Append-only: a migration is undone by another migration. */
export async function down(): Promise<void> {
  throw new Error('migrations are not undone; add one that mends')
}
