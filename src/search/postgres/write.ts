import type { Knex } from 'knex'
import { everybody, type SearchDocument } from '../port.js'
import { fold, wordLengthMax, wordsOfName } from '../words.js'
import { facetColumns, facetsOf } from './facet-values.js'

/** The tables of an index: of the live one, or of one that is being built beside it. */
export interface IndexTables {
  readonly documents: string
  readonly texts: string
  readonly words: string
}

/**
 * Characters indexed of each part. PostgreSQL refuses a document whose words take a megabyte, and that would block the changes behind it.
 */
const most = { title: 2_000, named: 50_000, described: 25_000, columns: 100_000 } as const

/** A stop word of PostgreSQL's English, which still counts as a position: put between two parts, it keeps phrases from spanning them. */
const gap = ' the '

/** A word that is in no document, for the same purpose in the index of unstemmed words, where stop words count. */
const breakWord = ' x0break0x '

/** The unstemmed parts of a document. */
const columns = [
  'id',
  'spoke',
  'public',
  'audiences',
  'has_tables',
  'modified',
  'title',
  'digest',
  ...Object.values(facetColumns).map(({ name }) => name),
]

/** Replaces documents in the index, and removes others. */
export async function writeDocuments(
  transaction: Knex,
  tables: IndexTables,
  documents: readonly SearchDocument[],
  removed: readonly string[],
): Promise<void> {
  if (removed.length > 0) {
    for (const table of [tables.documents, tables.texts]) await transaction.raw('delete from ?? where id = any(?)', [table, [...removed]])
  }
  if (documents.length === 0) return
  const facets = await facetsOf(transaction, documents)
  const parts = documents.map(partsOf)
  const texts = parts.map((own) => textOf(own, gap))
  const rows = documents.map((document, index) => ({ ...texts[index], ...ownOf(document), ...facets[index] }))
  await transaction.raw(
    `insert into ?? (${columns.join(', ')}, vector)
     select ${columns.join(', ')},
       setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', '${gap}' || named), 'B')
         || setweight(to_tsvector('english', '${gap}' || described), 'C') || setweight(to_tsvector('english', '${gap}' || columns), 'D')
     from json_to_recordset(?::json) as r (id text, spoke text, public boolean, audiences text[], title text, named text, described text, columns text, has_tables boolean,
       modified bigint, digest text, ${Object.values(facetColumns)
         .map(({ name, isList }) => `${name} integer${isList ? '[]' : ''}`)
         .join(', ')})
     on conflict (id) do update set ${[...columns, 'vector'].map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [tables.documents, JSON.stringify(rows)],
  )
  await writeTexts(transaction, tables, documents, parts)
  await writeWords(transaction, tables, documents, texts)
  await mergePending(transaction, tables)
}

/** Flushes the GIN pending list, which every search would otherwise scan. */
async function mergePending(transaction: Knex, { documents, words }: IndexTables): Promise<void> {
  await transaction.raw(
    `select gin_clean_pending_list(indexrelid) from pg_index join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
     where indrelid in (?::regclass, ?::regclass) and amname = 'gin'`,
    [documents, words],
  )
}

/** The folded text to index, as parts that are not adjacent in the document. */
function partsOf({ title, description, keywords, themes, columns, semanticTypes, organisationName }: SearchDocument) {
  return {
    title: [fold(title)],
    named: [...themes, ...keywords].map(fold),
    described: [organisationName, description ?? ''].map(fold),
    columns: [...semanticTypes, ...columns].map((name) => wordsOfName(name).join(' ')),
  }
}

/** The parts of each field as one text. */
function textOf(parts: ReturnType<typeof partsOf>, between: string) {
  const joined = (field: keyof typeof parts) => parts[field].join(between).slice(0, most[field])
  return { title: joined('title'), named: joined('named'), described: joined('described'), columns: joined('columns') }
}

function ownOf({ id, spoke, audiences, hasTables, modified, digest }: SearchDocument) {
  const isPublic = audiences.includes(everybody)
  return { id, spoke, public: isPublic, audiences: isPublic ? [] : audiences, has_tables: hasTables, modified, digest }
}

async function writeTexts(
  transaction: Knex,
  { texts }: IndexTables,
  documents: readonly SearchDocument[],
  parts: readonly ReturnType<typeof partsOf>[],
): Promise<void> {
  const rows = documents.map(({ id, title, description, keywords, columns }, index) => {
    const words = Object.values(textOf(parts[index] as ReturnType<typeof partsOf>, breakWord)).join(breakWord)
    return { id, title, description, keywords, columns, words }
  })
  await transaction.raw(
    `insert into ?? (id, title, description, keywords, columns, exact)
     select id, title, description, keywords, columns, to_tsvector('simple', words)
     from json_to_recordset(?::json) as r (id text, title text, description text, keywords text[], columns text[], words text)
     on conflict (id) do update set title = excluded.title, description = excluded.description, keywords = excluded.keywords, columns = excluded.columns, exact = excluded.exact`,
    [texts, JSON.stringify(rows)],
  )
}

async function writeWords(
  transaction: Knex,
  { words }: IndexTables,
  documents: readonly SearchDocument[],
  texts: readonly ReturnType<typeof textOf>[],
): Promise<void> {
  const known = new Map<string, Set<string>>()
  for (const [index, { audiences }] of documents.entries()) {
    const own = Object.values(texts[index] ?? {}).flatMap((text) => text.split(' '))
    for (const audience of audiences) {
      const all = known.get(audience) ?? new Set<string>()
      known.set(audience, all)
      for (const word of own) if (word.length > 2 && word.length <= wordLengthMax) all.add(word)
    }
  }
  for (const [audience, all] of known) {
    await transaction.raw(
      `insert into :words: (audience, word, lexeme)
       select :audience, word, lexeme from (
         select word from unnest(:all::text[]) as given (word) where not exists (select from :words: known where known.audience = :audience and known.word = given.word) offset 0
       ) new, lateral (select (ts_lexize('english_stem', word))[1] as lexeme) own
       where lexeme is not null order by word on conflict do nothing`,
      { words, audience, all: [...all] },
    )
  }
}
