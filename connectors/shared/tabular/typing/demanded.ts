import type { ColumnType } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { trimmed } from './decide.js'
import type { Decision, Of } from './decision.js'
import { demandedBoolean, demandedMoment, demandedTime } from './demanded-moment.js'
import { demandedNumber } from './demanded-number.js'
import type { DemandReader } from './demand-reader.js'
import { emptyAs, meetDemand } from './demand.js'
import { inSteps } from './in-steps.js'
import { reported } from './sentences.js'
import { isLetter, isMark, markList, marksOf, someMarks } from './marks.js'

/** A text column whose values alone suggest another type than its publisher asks for. */
export interface Unmet {
  readonly column: string
  readonly demand: ColumnType
  /** The decision from its values alone. */
  readonly natural: Decision
}

/**
 * Reads columns as their publisher asks, each value by its own form, over every row. Marks become nulls. If a value cannot be read, the
 * column keeps the type of its values, and a report gives the number of such values and the row of the first.
 */
export async function readDemanded(session: EngineSession, from: string, unmet: readonly Unmet[]): Promise<Map<string, Decision>> {
  const decisions = new Map<string, Decision>()
  for (const one of unmet) decisions.set(one.column, await readOne(session, from, one))
  return decisions
}

async function readOne(session: EngineSession, from: string, { column, demand, natural }: Unmet): Promise<Decision> {
  const reader = readerOf(demand)
  if (reader === undefined) return meetDemand(natural, demand, column)
  const value = unmarked(column, demand)
  const row = await count(session, reader, `SELECT row_number() OVER () AS n, ${trimmed(column)} AS t, ${value} AS v FROM ${from}`)
  const found = (key: string) => Number(row[key] ?? 0)
  const way = reader.ways.find(({ name }) => found(`unread_${name}`) === 0)
  const values = found('readable_values')
  // If all values are marks, no form can be decided.
  const decide = (name: string) => (values === 0 ? noValues(natural, demand) : reader.decide(value, { values, found, way: name }))
  const decided = way === undefined ? unreadWords(reader, found) : decide(way.name)
  if (typeof decided === 'string') {
    const { commas: _commas, swapped: _swapped, uncertain: _uncertain, ...kept } = natural
    return {
      ...kept,
      problem: `the catalogue asks for ${demand}, but ${decided}; ${kept.shape.type === 'STRING' ? 'kept as text' : `read as ${kept.shape.type}`}.`,
    }
  }
  const marked = found('marked')
  if (marked === 0) return decided
  const marks = `read as null, since they seem to stand for no value and the catalogue asks for ${demand}: ${marked} of its values (${markList(marksOf(row.named))}).`
  return { ...decided, ...reported(marks, decided.problem) }
}

function noValues(natural: Decision, demand: ColumnType): Decision {
  const { shape, sql } = emptyAs(natural, demand, 'NULL')
  return { shape, sql }
}

/** SQL: a value, or NULL for a mark. A single letter is a value of a BOOLEAN (Y, N) but otherwise a mark. */
function unmarked(column: string, demand: ColumnType): string {
  const value = trimmed(column)
  return `CASE WHEN ${isMark(value)}${demand === 'BOOLEAN' ? '' : ` OR ${isLetter(value)}`} THEN NULL ELSE ${value} END`
}

const of: Of = (part) => (part === '' ? 'v' : part)

async function count(session: EngineSession, { steps, ways, evidence }: DemandReader, values: string): Promise<Record<string, unknown>> {
  const sums = [
    'count(v) AS readable_values',
    'count(t) - count(v) AS marked',
    `${someMarks('t', 'v IS NULL AND t IS NOT NULL')} AS named`,
    ...ways.flatMap(({ name, readable }) => {
      const unread = `v IS NOT NULL AND NOT coalesce(${readable(of)}, false)`
      return [`count_if(${unread}) AS unread_${name}`, `min(n) FILTER (${unread}) AS first_${name}`]
    }),
    ...Object.entries(evidence(of)).map(([key, sql]) => `CAST(${sql} AS DOUBLE) AS ${key}`),
  ]
  const [row = {}] = await session.rows(`SELECT ${sums.join(', ')} FROM ${inSteps(`(${values})`, steps, [of])}`)
  return row
}

function unreadWords({ ways }: DemandReader, found: (key: string) => number): string {
  const best = ways.reduce((least, way) => (found(`unread_${way.name}`) < found(`unread_${least.name}`) ? way : least))
  return `${found(`unread_${best.name}`)} of its ${found('readable_values')} values cannot be read as that (the first is in row ${found(`first_${best.name}`)} of the table)`
}

function readerOf(demand: ColumnType): DemandReader | undefined {
  switch (demand) {
    case 'INT64':
    case 'DECIMAL':
    case 'DOUBLE':
      return demandedNumber(demand)
    case 'BOOLEAN':
      return demandedBoolean
    case 'TIME':
      return demandedTime
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return demandedMoment(demand)
    default:
      return undefined
  }
}
