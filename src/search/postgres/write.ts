import type { Knex } from 'knex'
import { everybody, type SearchDocument } from '../port.js'
import { fold, wordsOfName } from '../words.js'
import { facetsOf } from './facet-values.js'

/** The tables of an index: of the live one, or of one that is built beside it. */
export interface IndexTables {
  readonly documents: string
  readonly texts: string
  readonly words: string
}

/** Longer words are typed by nobody. */
const wordMax = 40

/** A word that PostgreSQL's English leaves out and counts: what stands on its two sides is not next to each other. */
const gap = ' the '

/** Puts documents in place of what the index has of them, and takes others out. */
export async function writeDocuments(transaction: Knex, tables: IndexTables, documents: readonly SearchDocument[], removed: readonly string[]): Promise<void> {
  if (removed.length > 0) {
    for (const table of [tables.documents, tables.texts]) await transaction.raw('delete from ?? where id = any(?)', [table, [...removed]])
  }
  if (documents.length === 0) return
  const facets = await facetsOf(transaction, documents)
  const texts = documents.map(textOf)
  const rows = documents.map((document, index) => ({ ...texts[index], ...ownOf(document), facets: facets[index] }))
  await transaction.raw(
    `insert into ?? (id, spoke, public, audiences, vector, facets, has_tables, modified, title, digest)
     select id, spoke, public, audiences,
       setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', '${gap}' || named), 'B')
         || setweight(to_tsvector('english', '${gap}' || described), 'C') || setweight(to_tsvector('english', '${gap}' || columns), 'D'),
       facets, has_tables, modified, title, digest
     from json_to_recordset(?::json) as r (id text, spoke text, public boolean, audiences text[], title text, named text, described text, columns text, facets integer[],
       has_tables boolean, modified bigint, digest text)
     on conflict (id) do update set spoke = excluded.spoke, public = excluded.public, audiences = excluded.audiences, vector = excluded.vector, facets = excluded.facets,
       has_tables = excluded.has_tables, modified = excluded.modified, title = excluded.title, digest = excluded.digest`,
    [tables.documents, JSON.stringify(rows)],
  )
  await writeTexts(transaction, tables, documents)
  await writeWords(transaction, tables, documents, texts)
}

/** What is searched, folded; parts that do not stand together in the document are kept apart. */
function textOf({ title, description, keywords, themes, columns, semanticTypes, organisationName }: SearchDocument) {
  return {
    title: fold(title),
    named: [...keywords, ...themes].map(fold).join(gap),
    described: [description ?? '', organisationName].map(fold).join(gap),
    columns: [...columns, ...semanticTypes].map((name) => wordsOfName(name).join(' ')).join(gap),
  }
}

function ownOf({ id, spoke, audiences, hasTables, modified, digest }: SearchDocument) {
  const isPublic = audiences.includes(everybody)
  return { id, spoke, public: isPublic, audiences: isPublic ? [] : audiences, has_tables: hasTables, modified, digest }
}

async function writeTexts(transaction: Knex, { texts }: IndexTables, documents: readonly SearchDocument[]): Promise<void> {
  await transaction.raw(
    `insert into ?? (id, title, description, keywords, columns)
     select id, title, description, keywords, columns from json_to_recordset(?::json) as r (id text, title text, description text, keywords text[], columns text[])
     on conflict (id) do update set title = excluded.title, description = excluded.description, keywords = excluded.keywords, columns = excluded.columns`,
    [texts, JSON.stringify(documents.map(({ id, title, description, keywords, columns }) => ({ id, title, description, keywords, columns })))],
  )
}

async function writeWords(transaction: Knex, { words }: IndexTables, documents: readonly SearchDocument[], texts: readonly ReturnType<typeof textOf>[]): Promise<void> {
  const known = new Map<string, Set<string>>()
  for (const [index, { audiences }] of documents.entries()) {
    const own = Object.values(texts[index] ?? {}).flatMap((text) => text.split(' '))
    for (const audience of audiences) {
      const all = known.get(audience) ?? new Set<string>()
      known.set(audience, all)
      for (const word of own) if (word.length > 2 && word.length <= wordMax) all.add(word)
    }
  }
  for (const [audience, all] of known) {
    await transaction.raw(
      `insert into ?? (audience, word, lexeme)
       select ?, word, lexeme from unnest(?::text[]) as given (word), lateral (select (ts_lexize('english_stem', word))[1] as lexeme) own
       where lexeme is not null order by word on conflict do nothing`,
      [words, audience, [...all]],
    )
  }
}
