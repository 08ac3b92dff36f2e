import type { Knex } from 'knex'

/**
 * Corrections of a mistyped word are searched first among words as they are written, and among stems only if no word is one letter away.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function search_near_words(text, text, text[], integer);

    -- Words of those audiences similar to this one, as written, nearest first.
    create function search_near_words(given text, known_to text[], changes integer) returns table (word text, lexeme text) language plpgsql stable as $$
    begin
      perform set_config('pg_trgm.similarity_threshold', search_likeness(given, changes), true);
      return query
        select (array_agg(w.word order by similarity(w.word, given) desc, w.word))[1], w.lexeme from search_words w
        where w.audience = any(known_to) and w.word % given and length(w.word) between length(given) - changes and length(given) + changes
        group by w.lexeme order by max(similarity(w.word, given)) desc, w.lexeme limit 50;
    end $$;

    -- The same for lexemes.
    create function search_near_lexemes(given_lexeme text, known_to text[], changes integer) returns table (word text, lexeme text) language plpgsql stable as $$
    declare
      -- Shorter words allow fewer wrong letters.
      lexeme_changes constant integer := case when length(given_lexeme) >= 9 then changes else least(changes, 1) end;
    begin
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
