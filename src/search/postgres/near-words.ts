import type { Knex } from 'knex'
import { prepared } from '../../database/prepared.js'
import { wordLengthMax } from '../words.js'
import { editDistance } from './edit-distance.js'
import { splitWords } from './split-words.js'
import type { Near } from './text-query.js'
import type { Terms } from './terms.js'

/** As Meilisearch has it: a letter may be wrong in words of five, two in words of nine. */
const changesAllowed = (word: string) => (word.length < 5 ? 0 : word.length < 9 ? 1 : 2)

/**
 * Words that are tried for a mistyped one, and for one that is not finished; letters from which on its endings are looked up, and how many
 * there may be.
 */
const limits = { near: 10, completions: 50, begun: 3, endings: 30 } as const

interface Known {
  readonly word: string
  readonly lexeme: string
}

interface Answer {
  readonly word: string
  readonly lexeme: string
  readonly isKnown: boolean
  readonly completions: readonly string[]
  /** A word of each stem that the stem begins, but for itself; one too many where there are many; null where they were not looked up. */
  readonly endings: readonly string[] | null
  /** Words that look like it; null where it is not taken for mistyped. */
  readonly near: readonly Known[] | null
}

/**
 * What the words of a search may have been meant as: words of documents that these audiences may find, so that a word of a hidden one
 * changes nothing. The last word may be the beginning of others; one that no document has is taken for mistyped.
 * @param everyWord takes words for mistyped that documents have
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
  // An English word is known by its lexeme; what has begun as others do, by theirs.
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
    rows.filter(({ isKnown }) => !isKnown).map(({ word }) => word),
    audiences,
  )
  return new Map(
    rows.map((answer) => {
      const { word, completions, endings, isKnown } = answer
      const isShort = endings !== null && endings.length <= limits.endings
      return [
        word,
        {
          words: [...new Set([...completions, ...(isShort ? endings : []), ...nearest(answer, lexemes.get(word) ?? [])])],
          isListed: isShort,
          apart: apart.get(word) ?? [],
          isKnown: isKnown || word.length > wordLengthMax,
        },
      ]
    }),
  )
}

/** By word, those whose stems look like its own: the same word may end in another way. */
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
  const distances = [...(near ?? []), ...lexemes].map((known) => ({
    known: known.word,
    distance: Math.min(editDistance(word, known.word), editDistance(lexeme, known.lexeme)),
  }))
  const close = distances.filter(({ known, distance }) => known !== word && distance <= changesAllowed(word))
  // Who is one letter from a word has not meant what is two letters away.
  const least = Math.min(...close.map(({ distance }) => distance))
  return [...new Set(close.filter(({ distance }) => distance === least).map(({ known }) => known))].slice(0, limits.near)
}
