import type { ColumnType } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { inPortions } from '../in-portions.js'
import { columnAt, literal } from '../../engine-sql.js'
import { trimmed } from './decide.js'
import { asText, type Decision } from './decision.js'
import { findPatterns, type Found } from './find-patterns.js'
import { glance } from './glance.js'
import { type Candidate, decideAll, inferTypes, patternCandidate } from './infer.js'
import { type Pattern, patterns } from './pattern.js'
import { areOf, signs } from './signs.js'

const sampleCells = 1_000_000
const sampleRowsMax = 20_000

/** The text of the engine's error for a failed guess, before the column. */
const guessFailed = 'seven-dials: a value does not fit '

/** The column (c0 …) whose guess failed, from an error of the engine; undefined for other errors. */
export function failedGuess(message: string): string | undefined {
  return new RegExp(`${guessFailed}(c\\d+)`).exec(message)?.[1]
}

/** Types of text columns c0 …. Some are guessed: their SQL fails at the first value that does not fit. */
export interface Guess {
  readonly decisions: readonly Decision[]
  /** The guessed columns. */
  readonly guessed: readonly string[]
  /** The same types, with some guessed columns decided over every row. */
  readonly certain: (columns: readonly string[]) => Promise<Guess>
}

/**
 * Types for text columns c0 …. A type is guessed from the first rows only if reading the values also checks it, so that a read without an
 * error gives the types of `inferTypes`. Types that the first rows or the signs of all rows rule out are certain. All other columns are
 * decided here over every row.
 * @param seen the signs of each column's values.
 */
export async function guessTypes(
  session: EngineSession,
  from: string,
  demanded: readonly (ColumnType | undefined)[],
  seen: ArrayLike<number>,
): Promise<Guess> {
  const columns = demanded.map((_, position) => columnAt(position))
  const sample = `(SELECT * FROM ${from} LIMIT ${Math.max(100, Math.min(sampleRowsMax, Math.floor(sampleCells / columns.length)))})`
  const found = await findPatterns(session, sample, columns)
  const padded = await findPadded(session, sample, columns)
  const valueOf = (column: string) => (padded.has(column) ? trimmed(column) : `nullif(${column}, '')`)

  const decisions = new Map<string, Decision>()
  const open: string[] = []
  const candidates: Candidate[] = []
  for (const [position, column] of columns.entries()) {
    const first = firstLook(column, demanded[position], found.get(column) as Found, seen[position] as number)
    if (first === 'open') open.push(column)
    else if ('by' in first) candidates.push(first)
    else decisions.set(column, first)
  }
  const guesses = (await decideAll(session, sample, candidates, valueOf)).decisions
  const checkable = candidates.filter(({ column, by }) => {
    const guess = guesses.get(column) as Decision
    // A guess that cannot be checked is decided over all rows.
    if (guess.commas !== undefined || guess.fits === undefined) open.push(column)
    else
      decisions.set(column, {
        ...guess,
        sql: checked(
          guess,
          column,
          valueOf(column),
          glance(guess, by.pattern as Pattern, valueOf(column), seen[Number(column.slice(1))] as number),
        ),
      })
    return guess.commas === undefined && guess.fits !== undefined
  })
  for (const [column, decision] of await inferTypes(session, from, demanded, open)) decisions.set(column, decision)

  const guessOf = (all: ReadonlyMap<string, Decision>, guessed: readonly Candidate[]): Guess => ({
    decisions: columns.map((column) => all.get(column) as Decision),
    guessed: guessed.map(({ column }) => column),
    certain: async (meant) => {
      const isMeant = ({ column }: Candidate) => meant.includes(column)
      const some = guessed.filter(isMeant)
      // A column whose guess failed alone mostly holds another kind of value, so its pattern need not be tried again.
      const isAlone = some.length === 1
      const { decisions: certain, unfit } = await decideAll(session, from, isAlone ? [] : some, trimmed)
      const other = await inferTypes(session, from, demanded, isAlone ? some.map(({ column }) => column) : unfit)
      return guessOf(
        new Map([...all, ...certain, ...other]),
        guessed.filter((candidate) => !isMeant(candidate)),
      )
    },
  })
  return guessOf(decisions, checkable)
}

/** What the first rows and the signs of all rows show: the certain type, a guess, or that all rows must be read. */
function firstLook(
  column: string,
  demand: ColumnType | undefined,
  { pattern, family, isPlain, isMarks, likeness }: Found,
  made: number,
): Decision | Candidate | 'open' {
  if (![undefined, 'STRING'].includes(demand)) return 'open'
  if (areOf(made, signs.blank)) return { ...asText(column), empty: true }
  if (demand === 'STRING') return asText(column)
  const hasDigit = (made & signs.digit) !== 0
  if (pattern === 'no value') return hasDigit || patterns.some((one) => mayBe(one, made)) ? 'open' : asText(column)
  if (pattern === 'several')
    return family !== undefined || isPlain === true || (isMarks === true && hasDigit) ? 'open' : asText(column, likeness)
  return mayBe(pattern, made) ? patternCandidate(column, pattern) : 'open'
}

/** Whether values made of these signs may have a pattern. */
function mayBe(pattern: Pattern, made: number): boolean {
  return areOf(made, pattern.signs | signs.blank)
}

/** SQL that fails at a value that does not fit. @param first a cheaper test; the pattern is tried only if it is false */
function checked({ sql, fits = '', holds }: Decision, column: string, value: string, first: string | undefined): string {
  const whole = `regexp_full_match(${value}, ${literal(fits)})${holds === undefined ? '' : ` AND (${holds})`}`
  const test = first === undefined ? whole : `${first} OR ${whole}`
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN ${test} THEN ${sql} ELSE error(${literal(guessFailed + column)}) END`
}

/** The columns with a value that has blanks around it. */
async function findPadded(session: EngineSession, from: string, columns: readonly string[]): Promise<Set<string>> {
  const padded = new Set<string>()
  for (const some of inPortions(columns)) {
    const cells = `(SELECT unnest(range(${some.length})) AS place, unnest([${some.join(', ')}]) AS value FROM ${from})`
    for (const { place } of await session.rows(`SELECT DISTINCT place FROM ${cells} WHERE value <> trim(value)`))
      padded.add(some[Number(place)] as string)
  }
  return padded
}
