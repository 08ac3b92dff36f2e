import type { ColumnType } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt, literal } from '../../shared/engine-sql.js'
import { asText, decide, evidence, nearlyAllAre, trimmed, type Decision } from './decide.js'
import { meetDemand } from './demand.js'
import { glance } from './glance.js'
import { fitOf, type Likeness, likenessOf, noValueFit, onlyPattern } from './likeness.js'
import { type Pattern, patterns } from './pattern.js'
import { areOf, signs } from './signs.js'

const sampleCells = 1_000_000
const sampleRowsMax = 20_000
/** Columns looked at in one statement: every step of every expression holds a vector of memory while it runs. */
const columnsAtOnce = 32

/** What stands in the engine's message when a guess does not hold, before the column. */
const guessFailed = 'seven-dials: a value does not fit '

/** The column (c0 …) whose guess an error of the engine is about; undefined where it is about none. */
export function failedGuess(message: string): string | undefined {
  return new RegExp(`${guessFailed}(c\\d+)`).exec(message)?.[1]
}

/** Types of text columns c0 …, some of them guessed: their SQL ends with an error at the first value that does not fit. */
export interface Guess {
  readonly decisions: readonly Decision[]
  /** The same, certain of one guessed column, or of all of them, by reading what is guessed over every row. Absent where nothing is. */
  readonly certain?: (column?: string) => Promise<Guess>
}

/**
 * The types of text columns c0 …, guessed from the first rows where they can be checked while the values are read, so that what is read without
 * an error is as `inferTypes` would have it. What the first rows, or the signs of all rows, rule out is certain. All else is decided here over every row.
 * @param seen the signs of each column's values.
 */
export async function guessTypes(session: EngineSession, from: string, demanded: readonly (ColumnType | undefined)[], seen: ArrayLike<number>): Promise<Guess> {
  const columns = demanded.map((_, position) => columnAt(position))
  const sample = `(SELECT * FROM ${from} LIMIT ${Math.max(100, Math.min(sampleRowsMax, Math.floor(sampleCells / columns.length)))})`
  const found = await findPatterns(session, sample, columns)
  const padded = await findPadded(session, sample, columns)
  const valueOf = (column: string) => (padded.has(column) ? trimmed(column) : `nullif(${column}, '')`)

  const decisions = new Map<string, Decision>()
  const open: string[] = []
  const candidates: Candidate[] = []
  for (const [position, column] of columns.entries()) {
    const { pattern, mostly } = found.get(column) as Found
    const made = seen[position] as number
    if (![undefined, 'STRING'].includes(demanded[position])) open.push(column)
    else if (areOf(made, signs.blank)) decisions.set(column, { ...asText(column), empty: true })
    else if (pattern === 'no value' && patterns.some((one) => mayBe(one, made))) open.push(column)
    else if (typeof pattern !== 'object' || demanded[position] === 'STRING') decisions.set(column, textOf(column, demanded[position] === undefined ? mostly : undefined))
    else if (!mayBe(pattern, made)) decisions.set(column, asText(column, nearlyAllAre(pattern)))
    else candidates.push({ column, pattern, demand: undefined })
  }
  const guesses = await decideAll(session, sample, candidates, valueOf)
  const checkable = candidates.filter(({ column, pattern }) => {
    const guess = guesses.get(column) as Decision
    // Without a way to check it a guess is none: it is put to all rows.
    if (guess.commas !== undefined || (guess.shape.type !== 'STRING' && guess.fits === undefined)) open.push(column)
    else decisions.set(column, guess.fits === undefined ? guess : { ...guess, sql: checked(guess, column, valueOf(column), glance(guess, pattern, valueOf(column), seen[positionOf(column)] as number)) })
    return guess.commas === undefined && guess.fits !== undefined
  })
  for (const [column, decision] of await inferTypes(session, from, demanded, open)) decisions.set(column, decision)

  const guessOf = (all: ReadonlyMap<string, Decision>, guessed: readonly Candidate[]): Guess => ({
    decisions: columns.map((column) => all.get(column) as Decision),
    ...(guessed.length === 0 ? {} : {
      certain: async (column) => {
        const isMeant = (candidate: Candidate) => column === undefined || candidate.column === column
        const certain = await decideAll(session, from, guessed.filter(isMeant), trimmed)
        return guessOf(new Map([...all, ...certain]), guessed.filter((candidate) => !isMeant(candidate)))
      },
    }),
  })
  return guessOf(decisions, checkable)
}

/** Where a text column c0 … stands. */
const positionOf = (column: string) => Number(column.slice(1))

/** Whether values that are made of these signs may be of a pattern, as far as signs tell. */
function mayBe(pattern: Pattern, made: number): boolean {
  return areOf(made, pattern.signs | signs.blank)
}

function textOf(column: string, like: Likeness | undefined): Decision {
  return { ...asText(column, like?.problem), ...(like?.hasDecimalCommas === true ? { commas: 'decimal' } : {}) }
}

/** @param first a test that is enough where it holds */
function checked({ sql, fits = '' }: Decision, column: string, value: string, first: string | undefined): string {
  const holds = `${first === undefined ? '' : `${first} OR `}regexp_full_match(${value}, ${literal(fits)})`
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN ${holds} THEN ${sql} ELSE error(${literal(guessFailed + column)}) END`
}

/**
 * The types of some of the text columns c0 …, over every row.
 * @param demanded for each column, the type that its publisher asks for.
 */
export async function inferTypes(
  session: EngineSession,
  from: string,
  demanded: readonly (ColumnType | undefined)[],
  columns: readonly string[] = demanded.map((_, position) => columnAt(position)),
): Promise<Map<string, Decision>> {
  const found = await findPatterns(session, from, columns)
  const demandOf = (column: string) => demanded[positionOf(column)]
  const candidates = columns.flatMap((column) => {
    const pattern = found.get(column)?.pattern
    return typeof pattern === 'object' && demandOf(column) !== 'STRING' ? [{ column, pattern, demand: demandOf(column) }] : []
  })
  const decisions = await decideAll(session, from, candidates, trimmed)
  return new Map(
    columns.map((column) => {
      const { pattern, mostly } = found.get(column) as Found
      const text = { ...textOf(column, demandOf(column) === undefined ? mostly : undefined), empty: pattern === 'no value' }
      return [column, decisions.get(column) ?? meetDemand(text, demandOf(column), column)]
    }),
  )
}

interface Candidate {
  column: string
  pattern: Pattern
  demand: ColumnType | undefined
}

/** Decides on columns of one pattern each, over the rows given. @param valueOf how the values of a column will be read. */
async function decideAll(
  session: EngineSession,
  from: string,
  candidates: readonly Candidate[],
  valueOf: (column: string) => string,
): Promise<Map<string, Decision>> {
  const decisions = new Map<string, Decision>()
  for (let start = 0; start < candidates.length; start += columnsAtOnce) {
    const some = candidates.slice(start, start + columnsAtOnce)
    const sums = some.flatMap(({ column, pattern }) =>
      Object.entries(evidence(column, pattern)).map(([key, sql]) => `CAST(${sql} AS DOUBLE) AS ${column}_${key}`),
    )
    const values = some.map(({ column }) => `${trimmed(column)} AS ${column}`)
    const [row = {}] = await session.rows(`SELECT ${sums.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${from})`)
    for (const { column, pattern, demand } of some) {
      const found = (key: string) => Number(row[`${column}_${key}`] ?? 0)
      decisions.set(column, meetDemand(decide(column, valueOf(column), pattern, found), demand, column, found('scale_max')))
    }
  }
  return decisions
}

/** The columns of which a value has blanks around it. */
async function findPadded(session: EngineSession, from: string, columns: readonly string[]): Promise<Set<string>> {
  const cells = `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.join(', ')}]) AS value FROM ${from})`
  const rows = await session.rows(`SELECT DISTINCT place FROM ${cells} WHERE value <> trim(value)`)
  return new Set(rows.map(({ place }) => columns[Number(place)] as string))
}

/** What the values of a column are. */
interface Found {
  /** The one pattern that fits every value. */
  pattern: Pattern | 'several' | 'no value'
  /** Where several: what nearly all are. */
  mostly: Likeness | undefined
}

/**
 * The patterns that fit the values of columns. All columns go through one expression, as rows of position and value: preparing these
 * expressions for each of them would take longer than running them.
 */
async function findPatterns(session: EngineSession, from: string, columns: readonly string[]): Promise<Map<string, Found>> {
  if (columns.length === 0) return new Map()
  const cells = `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.map(trimmed).join(', ')}]) AS value FROM ${from})`
  const fits = `(SELECT place, value, ${fitOf('value')} AS fit FROM ${cells})`
  const outputs = [
    'place', 'count(fit) AS n', 'count_if(fit >= 0) AS fitting', `count_if(fit = ${noValueFit}) AS blanks`, `min(value) FILTER (fit = ${noValueFit}) AS blank`,
    'bit_or(CASE WHEN fit >= 0 THEN 1::BIGINT << fit ELSE 0::BIGINT END) AS ways',
  ]
  const rows = await session.rows(`SELECT ${outputs.join(', ')} FROM ${fits} GROUP BY place`)
  const found = new Map<string, Found>(columns.map((column) => [column, { pattern: 'no value', mostly: undefined }]))
  for (const { place, n, fitting, blanks, blank, ways } of rows) {
    if (Number(n) === 0) continue
    const one = Number(fitting) === Number(n) ? onlyPattern(BigInt(String(ways))) : undefined
    const seen = { n: Number(n), fitting: Number(fitting), blanks: Number(blanks), blank: String(blank), ways: BigInt(String(ways)) }
    found.set(columns[Number(place)] as string, { pattern: one ?? 'several', mostly: one === undefined ? likenessOf(seen) : undefined })
  }
  return found
}
