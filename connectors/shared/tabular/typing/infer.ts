import type { ColumnType } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { inPortions } from '../in-portions.js'
import { columnAt } from '../../engine-sql.js'
import { patternWay, trimmed } from './decide.js'
import { asText, type Decision, type Of, type Way } from './decision.js'
import { emptyAs, isMet, meetDemand } from './demand.js'
import { readDemanded } from './demanded.js'
import { cellsOf, findPatterns, type Found } from './find-patterns.js'
import { inSteps } from './in-steps.js'
import type { Pattern } from './pattern.js'
import { clockWay, momentWay } from './spelled-moment.js'
import { spelledWay } from './spelled-number.js'

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
  for (const alike of alikes(candidates)) {
    for (const some of inPortions(alike)) {
      const counts = await countAlike(session, from, some)
      for (const [at, { column, by }] of some.entries()) {
        const found = (key: string) => Number(counts.get(at)?.[key] ?? 0)
        decisions.set(column, by.decide(column, valueOf(column), found))
        if (found('unfit') > 0) unfit.push(column)
      }
    }
  }
  return { decisions, unfit }
}

const valueAlone: Of = (part) => (part === '' ? 'value' : part)

/** The counts of columns that are decided in the same way, by their place among them. Such columns go through one expression. */
async function countAlike(session: EngineSession, from: string, some: readonly Candidate[]): Promise<Map<number, Record<string, unknown>>> {
  const { by } = some[0] as Candidate
  const sums = Object.entries(by.evidence(valueAlone)).map(([key, sql]) => `CAST(${sql} AS DOUBLE) AS ${key}`)
  const cells = cellsOf(
    some.map(({ column }) => column),
    from,
  )
  const rows = await session.rows(`SELECT place, ${sums.join(', ')} FROM ${inSteps(cells, by.steps, [valueAlone])} GROUP BY place`)
  return new Map(rows.map((row) => [Number(row['place']), row]))
}

/** Groups columns by the expressions that decide them. */
function alikes(candidates: readonly Candidate[]): Candidate[][] {
  const byText = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const { steps, evidence } = candidate.by
    const text = JSON.stringify([steps.map((step) => step(valueAlone)), evidence(valueAlone)])
    const alike = byText.get(text)
    if (alike === undefined) byText.set(text, [candidate])
    else alike.push(candidate)
  }
  return [...byText.values()]
}
