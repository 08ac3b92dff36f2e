import type { ColumnType } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt, literal } from '../sql.js'
import { asText, decide, evidence, trimmed, type Decision } from './decide.js'
import { meetDemand } from './demand.js'
import { type Pattern, patterns } from './pattern.js'

const sampleCells = 1_000_000
const sampleRowsMax = 20_000
/** Columns looked at in one statement: every step of every expression holds a vector of memory while it runs. */
const columnsAtOnce = 32

/**
 * The types of text columns c0 …, over every row. The first rows only rule patterns out, which is exact: a type must hold for all
 * values. What is left is then put to all rows in one pass.
 * @param from a table expression of VARCHAR columns c0 …. @param demanded for each column, the type that its publisher asks for.
 */
export async function inferTypes(session: EngineSession, from: string, demanded: readonly (ColumnType | undefined)[]): Promise<Decision[]> {
  const columns = demanded.map((_, position) => columnAt(position))
  const rows = Math.max(100, Math.min(sampleRowsMax, Math.floor(sampleCells / columns.length)))
  const found = await findPatterns(session, `(SELECT * FROM ${from} LIMIT ${rows})`, columns)
  const unseen = columns.filter((column) => found.get(column) === 'no value')
  for (const [column, pattern] of await findPatterns(session, from, unseen)) found.set(column, pattern)

  const candidates = columns.flatMap((column, position) => {
    const pattern = found.get(column)
    return typeof pattern === 'object' && demanded[position] !== 'STRING' ? [{ column, pattern, demand: demanded[position] }] : []
  })
  const decisions = new Map<string, Decision>()
  for (const some of batches(candidates)) {
    const sums = some.flatMap(({ column, pattern }) =>
      Object.entries(evidence(column, pattern)).map(([key, sql]) => `CAST(${sql} AS DOUBLE) AS ${column}_${key}`),
    )
    const [row = {}] = await session.rows(`SELECT ${sums.join(', ')} FROM ${values(from, some.map(({ column }) => column))}`)
    for (const { column, pattern, demand } of some) {
      const value = (key: string) => Number(row[`${column}_${key}`] ?? 0)
      decisions.set(column, meetDemand(decide(column, pattern, value), demand, column, value('scale_max')))
    }
  }
  return columns.map((column, position) => {
    const text = { ...asText(column), empty: found.get(column) === 'no value' }
    return decisions.get(column) ?? meetDemand(text, demanded[position], column)
  })
}

type Found = Pattern | 'several' | 'no value'

/**
 * The one pattern that fits every value of a column, if there is one. All columns go through one expression, as rows of position and
 * value: preparing these expressions for each of them would take longer than running them.
 */
async function findPatterns(session: EngineSession, from: string, columns: readonly string[]): Promise<Map<string, Found>> {
  if (columns.length === 0) return new Map()
  const cells = `(SELECT unnest(range(${columns.length})) AS place, unnest([${columns.map(trimmed).join(', ')}]) AS value FROM ${from})`
  const rows = await session.rows(`SELECT place, min(fit) AS low, max(fit) AS high FROM (SELECT place, ${patternOf('value')} AS fit FROM ${cells}) GROUP BY place`)
  const found = new Map<string, Found>(columns.map((column) => [column, 'no value']))
  for (const { place, low, high } of rows) {
    if (low !== null) found.set(columns[Number(place)] as string, low === high ? (patterns[Number(low)] ?? 'several') : 'several')
  }
  return found
}

/** The trimmed values of some columns, each worked out once. */
function values(from: string, columns: readonly string[]): string {
  return `(SELECT ${columns.map((column) => `${trimmed(column)} AS ${column}`).join(', ')} FROM ${from})`
}

/** What any value of a pattern begins with: most text is told from it at a glance. */
const firstSigns = [...'0123456789-.tTfF'].map(literal).join(', ')

/** The position of the pattern that fits a trimmed value; -1 for none. */
function patternOf(value: string): string {
  const cases = patterns.map((pattern, position) => `WHEN regexp_full_match(${value}, ${literal(pattern.regex)}) THEN ${position}`)
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN left(${value}, 1) NOT IN (${firstSigns}) THEN -1 ${cases.join(' ')} ELSE -1 END`
}

function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / columnsAtOnce) }, (_, batch) => all.slice(batch * columnsAtOnce, (batch + 1) * columnsAtOnce))
}
