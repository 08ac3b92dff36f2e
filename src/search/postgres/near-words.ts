import type { Knex } from 'knex'
import { prepared } from '../../database/prepared.js'
import { wordLengthMax } from '../words.js'
import { editDistance } from './edit-distance.js'
import { splitWords } from './split-words.js'
import type { Near } from './text-query.js'
import type { Terms } from './terms.js'

/** As in Meilisearch: one wrong letter in words of five or more, two in words of nine or more. */
const changesAllowed = (word: string) => (word.length < 5 ? 0 : word.length < 9 ? 1 : 2)

/**
 * How many corrections and completions of a word are tried, from how many letters on its endings are looked up, and how many endings there
 * may be; and from how many letters on a word that documents have may also be two words of others.
 */
const limits = { near: 10, completions: 50, begun: 3, endings: 30, compound: 8 } as const

interface Known {
  readonly word: string
  readonly lexeme: string
}

interface Answer {
  readonly word: string
  readonly lexeme: string
  readonly isKnown: boolean
  readonly completions: readonly string[]
  /**
   * One word for each stem that begins with the word's own stem; one more than the limit if there are more; null if they were not looked
   * up.
   */
  readonly endings: readonly string[] | null
  /** Similar words; null if the word does not count as mistyped. */
  readonly near: readonly Known[] | null
}

/**
 * The likely meanings of the words of a search, among the words of documents that these audiences may find, so that words of hidden
 * documents change nothing. The last word may be the beginning of others; a word that no document has counts as mistyped.
 * @param everyWord also corrects words that documents have
 */
export async function nearWords(
  knex: Knex,
  { all }: Terms,
  audiences: readonly string[],
  { everyWord }: { everyWord: boolean },
): Promise<Near> {
  const last = all.findLast(({ prefix }) => prefix)?.words.at(-1)
  const own = all.flatMap(({ words, phrase, synonyms }) =>
    phrase || synonyms.length > 0 ? [] : words.filter((word) => changesAllowed(word) > 0),
  )
  const plain = [...new Set([...own, ...(last === undefined ? [] : [last])])]
  if (plain.length === 0) return new Map()
  const asked = plain.map((word) => ({ word, changes: own.includes(word) ? changesAllowed(word) : 0, prefix: word === last }))
  // Words are grouped by their English stem (lexeme): endings by the stem they begin, the others by their own.
  const { rows } = (await prepared(
    knex.raw(
      `select word, lexeme, completions, endings, known as "isKnown",
       case when changes > 0 and (:everyWord or not (known or begun)) then coalesce(
         (select json_agg(json_build_object('word', near.word, 'lexeme', near.lexeme)) from search_near_words(asked.word, :audiences, changes) near), '[]') end as near
     from (
       select word, changes, lexeme, exists (select from search_words known where audience = any(:audiences) and known.lexeme = given.lexeme) as known,
         prefix and exists (select from search_words w where audience = any(:audiences) and w.word >= given.word and w.word < given.word || chr(1114111)) as begun,
         case when prefix then array(
           select min(w.word) from search_words w where audience = any(:audiences) and w.word > given.word and w.word < given.word || chr(1114111)
           group by w.lexeme having not starts_with(w.lexeme, given.word) order by w.lexeme limit :completionsMax) else '{}' end as completions,
         case when prefix and length(lexeme) >= :begunMin then array(
           select min(word) from unnest(:audiences::text[]) own, lateral (
             select distinct on (lexeme) w.word, w.lexeme from search_words w where audience = own and w.lexeme > given.lexeme and w.lexeme < given.lexeme || chr(1114111)
             order by w.lexeme limit :endingsMax) begun group by begun.lexeme order by begun.lexeme limit :endingsMax) end as endings
       from (select word, changes, prefix, coalesce((ts_lexize('english_stem', word))[1], word) collate "C" as lexeme
         from json_to_recordset(:asked::json) as r (word text collate "C", changes integer, prefix boolean)) given
     ) asked`,
      {
        everyWord,
        audiences,
        completionsMax: limits.completions,
        begunMin: limits.begun,
        endingsMax: limits.endings + 1,
        asked: JSON.stringify(asked),
      },
    ),
  )) as { rows: Answer[] }
  const lexemes = await nearLexemes(
    knex,
    rows.filter(({ word, near }) => near !== null && !near.some((known) => known.word !== word && editDistance(word, known.word) === 1)),
    audiences,
  )
  const apart = await splitWords(
    knex,
    rows.filter(({ word, isKnown }) => !isKnown || word.length >= limits.compound).map(({ word }) => word),
    audiences,
  )
  return new Map(
    rows.map((answer) => {
      const { word, completions, endings, isKnown } = answer
      const isShort = endings !== null && endings.length <= limits.endings
      return [
        word,
        {
          words: [...new Set([...completions, ...(isShort ? endings : [])])],
          corrected: nearest(answer, lexemes.get(word) ?? []),
          isListed: isShort,
          apart: apart.get(word) ?? [],
          isKnown: isKnown || word.length > wordLengthMax,
        },
      ]
    }),
  )
}

/** Words whose stems are similar, by typed word, because a mistyped word may also have another ending. */
async function nearLexemes(
  knex: Knex,
  words: readonly Pick<Answer, 'word' | 'lexeme'>[],
  audiences: readonly string[],
): Promise<Map<string, Known[]>> {
  if (words.length === 0) return new Map()
  const asked = words.map(({ word, lexeme }) => ({ word, lexeme, changes: changesAllowed(word) }))
  const { rows } = (await prepared(
    knex.raw(
      `select asked.word as typed, near.word, near.lexeme
     from json_to_recordset(:asked::json) as asked (word text, lexeme text, changes integer), search_near_lexemes(asked.lexeme, :audiences, asked.changes) near`,
      { asked: JSON.stringify(asked), audiences },
    ),
  )) as { rows: (Known & { typed: string })[] }
  return new Map(words.map(({ word }) => [word, rows.filter(({ typed }) => typed === word)]))
}

function nearest({ word, lexeme, near }: Answer, lexemes: readonly Known[]): string[] {
  // A stem is shorter than its word, so that fewer letters of it may be wrong: `pollution` is not `polling`.
  const within = (distance: number, most: number) => (distance <= most ? distance : Infinity)
  const distances = [...(near ?? []), ...lexemes].map((known) => ({
    known: known.word,
    distance: Math.min(
      within(editDistance(word, known.word), changesAllowed(word)),
      within(editDistance(lexeme, known.lexeme), changesAllowed(lexeme)),
    ),
  }))
  const close = distances.filter(({ known, distance }) => known !== word && distance < Infinity)
  // Keep only the candidates at the smallest edit distance.
  const least = Math.min(...close.map(({ distance }) => distance))
  return [...new Set(close.filter(({ distance }) => distance === least).map(({ known }) => known))].slice(0, limits.near)
}
