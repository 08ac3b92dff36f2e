import type { Knex } from 'knex'

/** The unstemmed words of documents, including stop words, for phrases. Filled when documents are next written. */
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
