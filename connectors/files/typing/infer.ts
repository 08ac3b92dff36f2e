import type { ColumnType } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt, literal } from '../../shared/engine-sql.js'
import { asText, decide, evidence, trimmed, type Decision } from './decide.js'
import { meetDemand } from './demand.js'
import { type Pattern, patterns } from './pattern.js'

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

/**
 * The types of text columns c0 …, guessed from the first rows where they can be checked while the values are read: the SQL of a guess
 * ends with an error at the first value that does not fit, so that what is read without an error is as `inferTypes` would have it. What the
 * first rows rule out is certain. All else is decided here over every row.
 */
export async function guessTypes(session: EngineSession, from: string, demanded: readonly (ColumnType | undefined)[]): Promise<Decision[]> {
  const columns = demanded.map((_, position) => columnAt(position))
  const sample = `(SELECT * FROM ${from} LIMIT ${Math.max(100, Math.min(sampleRowsMax, Math.floor(sampleCells / columns.length)))})`
  const found = await findPatterns(session, sample, columns)
  const padded = await findPadded(session, sample, columns)
  const open = columns.filter((column, position) => found.get(column) === 'no value' || ![undefined, 'STRING'].includes(demanded[position]))
  const candidates = columns.flatMap((column) => {
    const pattern = found.get(column)
    return typeof pattern === 'object' && !open.includes(column) ? [{ column, pattern, demand: undefined }] : []
  })
  const guesses = await decideAll(session, sample, candidates, (column) => (padded.has(column) ? trimmed(column) : `nullif(${column}, '')`))
  // Without a way to check it a guess is none: it is put to all rows.
  open.push(...[...guesses].filter(([, { shape, fits }]) => shape.type !== 'STRING' && fits === undefined).map(([column]) => column))
  const certain = await inferTypes(session, from, demanded, open)
  return columns.map((column, position) => {
    const guess = guesses.get(column)
    if (open.includes(column)) return certain.get(column) as Decision
    if (demanded[position] === 'STRING' || guess === undefined) return asText(column)
    return guess.fits === undefined ? guess : { ...guess, sql: checked(guess, column, padded.has(column) ? trimmed(column) : `nullif(${column}, '')`) }
  })
}

function checked({ sql, fits = '' }: Decision, column: string, value: string): string {
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN regexp_full_match(${value}, ${literal(fits)}) THEN ${sql} ELSE error(${literal(guessFailed + column)}) END`
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
  const demandOf = (column: string) => demanded[Number(column.slice(1))]
  const candidates = columns.flatMap((column) => {
    const pattern = found.get(column)
    return typeof pattern === 'object' && demandOf(column) !== 'STRING' ? [{ column, pattern, demand: demandOf(column) }] : []
  })
  const decisions = await decideAll(session, from, candidates, trimmed)
  return new Map(
    columns.map((column) => {
      const text = { ...asText(column), empty: found.get(column) === 'no value' }
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

type Found = Pattern | 'several' | 'no value'

/**
 * The one pattern that fits every value of a column, if there is one. All columns go through one expression, as rows of position and
 * value: preparing these expressions for each of them would take longer than running them.
 */
async function findPatterns(session: EngineSession, from: string, columns: readonly string[]): Promise<Map<string, Found>> {
  if (columns.length === 0) return new Map()
  const cells = `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.map(trimmed).join(', ')}]) AS value FROM ${from})`
  const fits = `(SELECT place, ${patternOf('value')} AS fit FROM ${cells})`
  const rows = await session.rows(`SELECT place, min(fit) AS low, max(fit) AS high FROM ${fits} GROUP BY place`)
  const found = new Map<string, Found>(columns.map((column) => [column, 'no value']))
  for (const { place, low, high } of rows) {
    if (low !== null) found.set(columns[Number(place)] as string, low === high ? (patterns[Number(low)] ?? 'several') : 'several')
  }
  return found
}

/** What any value of a pattern begins with: most text is told from it at a glance. */
const firstSigns = [...'0123456789-.tTfF'].map(literal).join(', ')

/** The position of the pattern that fits a trimmed value; -1 for none. */
function patternOf(value: string): string {
  const cases = patterns.map((pattern, position) => `WHEN regexp_full_match(${value}, ${literal(pattern.regex)}) THEN ${position}`)
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN left(${value}, 1) NOT IN (${firstSigns}) THEN -1 ${cases.join(' ')} ELSE -1 END`
}
