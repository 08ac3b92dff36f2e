import { htmlText } from '../../connector/html-text.js'
import type { Knex } from 'knex'
import type { Highlight } from '../port.js'
import { fold, wordsOf, wordsOfName } from '../words.js'

/** Words of a description shown around the first match. */
const snippetWords = 30
/** Keywords and columns shown. */
const namesMax = 10

interface Texts {
  readonly id: string
  readonly title: string
  readonly description: string | null
  readonly keywords: string[]
  readonly columns: string[]
}

/** The matching parts of each of these documents. @param words a text query of all words that count as a match; '' for none */
export async function highlightsOf(knex: Knex, ids: readonly string[], words: string): Promise<Map<string, Highlight[]>> {
  if (words === '' || ids.length === 0) return new Map()
  const { rows } = (await knex.raw('select id, title, description, keywords, columns from search_texts where id = any(?)', [[...ids]])) as {
    rows: Texts[]
  }
  const all = new Set(
    rows.flatMap(({ title, description, keywords, columns }) => [
      ...[title, description ?? '', ...keywords].flatMap(wordsOf),
      ...columns.flatMap(wordsOfName),
    ]),
  )
  const { rows: matching } = (await knex.raw(
    `select word from unnest(?::text[]) as given (word) where to_tsvector('english', word) @@ to_tsquery('english', ?)`,
    [[...all], words],
  )) as {
    rows: { word: string }[]
  }
  const matched = new Set(matching.map(({ word }) => word))
  return new Map(rows.map((texts) => [texts.id, fieldsOf(texts, matched)]))
}

function fieldsOf({ title, description, keywords, columns }: Texts, matched: ReadonlySet<string>): Highlight[] {
  const names = (list: readonly string[], wordsOfOne: (name: string) => readonly string[]) =>
    list
      .filter((name) => wordsOfOne(name).some((word) => matched.has(word)))
      .slice(0, namesMax)
      .map((name) => emphasise(name, matched, wordsOfOne))
      .join(', ')
  const fields = [
    { field: 'title', text: isMatch(title, matched) ? emphasise(title, matched, wordsOf) : '' },
    { field: 'keywords', text: names(keywords, wordsOf) },
    { field: 'description', text: emphasise(snippetOf(description ?? '', matched), matched, wordsOf) },
    { field: 'columns', text: names(columns, wordsOfName) },
  ]
  return fields.filter(({ text }) => text.includes('<em>'))
}

const isMatch = (text: string, matched: ReadonlySet<string>) => wordsOf(text).some((word) => matched.has(word))

/** A word as it is written: `O'Neill`. */
const pieces = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu

/** The words around the first match, with an ellipsis for what is cut; '' if nothing matches. */
function snippetOf(text: string, matched: ReadonlySet<string>): string {
  const found = [...text.matchAll(pieces)]
  const first = found.findIndex(([piece]) => matched.has(fold(piece)))
  if (first < 0) return ''
  const from = Math.max(0, Math.min(first - Math.floor(snippetWords / 3), found.length - snippetWords))
  const last = found[Math.min(found.length, from + snippetWords) - 1]
  const start = from === 0 ? 0 : (found[from]?.index ?? 0)
  const end = from + snippetWords >= found.length ? text.length : (last?.index ?? 0) + (last?.[0].length ?? 0)
  return `${from === 0 ? '' : '… '}${text.slice(start, end)}${end === text.length ? '' : ' …'}`
}

/** Escaped for HTML, with `<em>` around each matching word. */
function emphasise(text: string, matched: ReadonlySet<string>, wordsOfOne: (piece: string) => readonly string[]): string {
  let [done, marked] = [0, '']
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    if (!wordsOfOne(piece).some((word) => matched.has(word))) continue
    marked += `${htmlText(text.slice(done, index))}<em>${htmlText(piece)}</em>`
    done = index + piece.length
  }
  return marked + htmlText(text.slice(done))
}
