import type { Knex } from 'knex'

/**
 * The words of documents as they stand, stop words included and nothing stemmed: what a phrase is held against. Filled as documents are
 * written anew.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A rebuild under way begins again.
    drop table if exists search_documents_rebuild, search_texts_rebuild, search_words_rebuild;
    alter table search_texts add column exact tsvector;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table search_texts drop column exact')
}
