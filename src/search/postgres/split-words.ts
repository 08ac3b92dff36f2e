import type { Knex } from 'knex'
import { prepared } from '../../database/prepared.js'
import { stopWords } from '../noise-words.js'

/** Lengths of words that are split: shorter ones are not two words, and nobody types longer ones. */
const letters = { least: 5, most: 40, ofPart: 3 } as const

/** A UK postcode without its space: outward and inward part. */
const postcode = /^([a-z]{1,2}\d[a-z\d]?)(\d[a-z]{2})$/

/**
 * The ways to split a word, each a run of words: a postcode, letters and digits, or two words of three letters or more.
 * @param word folded
 */
export function waysApart(word: string): string[][] {
  if (word.length < letters.least || word.length > letters.most) return []
  const code = postcode.exec(word)
  const kinds = word.match(/\p{L}+|\p{N}+/gu) ?? []
  const places = Array.from({ length: Math.max(0, word.length - 2 * letters.ofPart + 1) }, (_, at) => at + letters.ofPart)
  return [
    ...(code === null ? [] : [[code[1] as string, code[2] as string]]),
    ...(kinds.length > 1 && kinds.length <= 4 && kinds[0]!.length >= letters.ofPart ? [kinds] : []),
    ...(kinds.length > 1 ? [] : places.map((at) => [word.slice(0, at), word.slice(at)])),
  ]
}

/**
 * The ways to split each of these words into words of documents that these audiences may find: `gritbin` is a grit bin, `covid19` COVID-19,
 * `se17pb` SE1 7PB. Parts of one or two letters or digits are not in the list of words, so they are not checked.
 */
export async function splitWords(knex: Knex, words: readonly string[], audiences: readonly string[]): Promise<Map<string, string[][]>> {
  const ways = new Map(words.map((word) => [word, waysApart(word).filter((parts) => !parts.some((part) => stopWords.has(part)))]))
  const parts = [...new Set([...ways.values()].flat(2).filter((part) => part.length >= letters.ofPart))]
  if (parts.length === 0) return new Map()
  const { rows } = (await prepared(
    knex.raw(
      `select part from unnest(:parts::text[]) as given (part)
     where exists (select from search_words where audience = any(:audiences) and lexeme = coalesce((ts_lexize('english_stem', part))[1], part) collate "C")`,
      { parts, audiences: [...audiences] },
    ),
  )) as { rows: { part: string }[] }
  const known = new Set(rows.map(({ part }) => part))
  const isKnown = (part: string) => part.length < letters.ofPart || known.has(part)
  return new Map([...ways].map(([word, own]) => [word, own.filter((run) => run.some((part) => known.has(part)) && run.every(isKnown))]))
}
