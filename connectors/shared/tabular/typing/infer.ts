import type { ColumnType } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnAt } from '../../engine-sql.js'
import { patternWay, trimmed } from './decide.js'
import { asText, type Decision, type Of, type Way } from './decision.js'
import { emptyAs, isMet, meetDemand } from './demand.js'
import { readDemanded } from './demanded.js'
import { findPatterns, type Found } from './find-patterns.js'
import { inSteps } from './in-steps.js'
import type { Pattern } from './pattern.js'
import { clockWay, momentWay } from './spelled-moment.js'
import { spelledWay } from './spelled-number.js'

/** How many columns one statement decides. Every step of every expression holds a vector in memory. */
const columnsAtOnce = 32
const spelledAtOnce = 4

/**
 * Infers the types of text columns c0 … from every row. A column stays text unless all of its values agree and have only one meaning, or
 * its publisher asks for a type that every value can be read as. Reports assumptions, and columns that stay text although they look like
 * numbers or dates.
 * @param demanded the type that the publisher asks for, for each column.
 * @param columns the columns to decide. Default: all
 */
export async function inferTypes(
  session: EngineSession,
  from: string,
  demanded: readonly (ColumnType | undefined)[],
  columns: readonly string[] = demanded.map((_, position) => columnAt(position)),
): Promise<Map<string, Decision>> {
  const demandOf = (column: string) => demanded[Number(column.slice(1))]
  const found = await findPatterns(session, from, columns)
  const asked = columns.filter((column) => demandOf(column) !== 'STRING')
  const candidates = asked.flatMap((column) => candidateOf(column, found.get(column) as Found) ?? [])
  const { decisions } = await decideAll(session, from, candidates, trimmed)
  const natural = (column: string) => {
    const { pattern, likeness } = found.get(column) as Found
    return (
      decisions.get(column) ?? { ...asText(column, demandOf(column) === undefined ? likeness : undefined), empty: pattern === 'no value' }
    )
  }
  const unmet = asked.flatMap((column) => {
    const demand = demandOf(column)
    return demand === undefined || natural(column).empty === true || isMet(natural(column), demand)
      ? []
      : [{ column, demand, natural: natural(column) }]
  })
  const read = await readDemanded(session, from, unmet)
  return new Map(columns.map((column) => [column, read.get(column) ?? met(natural(column), demandOf(column), column)]))
}

function met(natural: Decision, demand: ColumnType | undefined, column: string): Decision {
  return natural.empty === true ? emptyAs(natural, demand, column) : meetDemand(natural, demand, column)
}

/** A column that may become something else than text, and how to decide on it. */
export interface Candidate {
  readonly column: string
  readonly by: Way
}

function candidateOf(column: string, { pattern, family, likeness = '' }: Found): Candidate | undefined {
  if (typeof pattern === 'object') return patternCandidate(column, pattern)
  return family === undefined ? undefined : { column, by: familyWays[family](likeness) }
}

const familyWays = { number: spelledWay, moment: momentWay, clock: clockWay }

/** A column with a single pattern. */
export function patternCandidate(column: string, pattern: Pattern): Candidate {
  return { column, by: patternWay(pattern) }
}

/**
 * Decides on columns from the given rows.
 * @param valueOf SQL of a column's values.
 * @returns the decisions, and the columns with a value that does not fit their pattern.
 */
export async function decideAll(
  session: EngineSession,
  from: string,
  candidates: readonly Candidate[],
  valueOf: (column: string) => string,
): Promise<{ decisions: Map<string, Decision>; unfit: string[] }> {
  const decisions = new Map<string, Decision>()
  const unfit: string[] = []
  for (const some of batches(candidates)) {
    const ofs = some.map(
      ({ column }): Of =>
        (part) =>
          part === '' ? column : `${column}_${part}`,
    )
    const sums = some.flatMap(({ by }, at) =>
      Object.entries(by.evidence(ofs[at] as Of)).map(([key, sql]) => `CAST(${sql} AS DOUBLE) AS ${some[at]?.column}_${key}`),
    )
    const values = some.map(({ column }) => `${trimmed(column)} AS ${column}`)
    const trimmedFrom = `(SELECT ${values.join(', ')} FROM ${from})`
    const parted = some.reduce((inner, { by }, at) => inSteps(inner, by.steps, [ofs[at] as Of]), trimmedFrom)
    const [row = {}] = await session.rows(`SELECT ${sums.join(', ')} FROM ${parted}`)
    for (const { column, by } of some) {
      const found = (key: string) => Number(row[`${column}_${key}`] ?? 0)
      decisions.set(column, by.decide(column, valueOf(column), found))
      if (found('unfit') > 0) unfit.push(column)
    }
  }
  return { decisions, unfit }
}

/**
 * Groups columns for statements: many with a single pattern, because each statement reads the table again; few of the others, whose
 * expressions are larger.
 */
function batches(candidates: readonly Candidate[]): Candidate[][] {
  const all: Candidate[][] = []
  const put = (some: readonly Candidate[], atOnce: number) => {
    for (let start = 0; start < some.length; start += atOnce) all.push(some.slice(start, start + atOnce))
  }
  put(
    candidates.filter(({ by }) => by.pattern !== undefined),
    columnsAtOnce,
  )
  put(
    candidates.filter(({ by }) => by.pattern === undefined),
    spelledAtOnce,
  )
  return all
}
