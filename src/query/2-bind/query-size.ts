import { counted, withCommas } from '../../connector/counted.js'
import { DialsError } from '../../errors.js'
import type { ParsedFilter, Test } from '../1-parse/filter.js'
import { type ParsedQuery, tablesOf } from '../1-parse/parse.js'

/**
 * The steps that the queries of one operation may take together. Each factor of a query has a limit of its own (`queryLimits`); their
 * product could still be a thousand times too large.
 */
export const stepsMax = 500_000

/** Steps for each column, output or term of a filter. A value of a list takes one for each twenty characters. */
const stepsEach = 5
const charactersAStep = 20

/** What a query is multiplied out to: its parts, for each of its tables. */
export interface QuerySize {
  readonly tables: number
  /** Columns of `from` that it reads. */
  readonly columns: number
  /** Columns that it answers, and keys that it is sorted by. */
  readonly outputs: number
  /** Terms of its filters. */
  readonly terms: number
  /** Steps for the values that the filters compare with. */
  readonly values: number
}

/** The size of a query. @param widths how many columns each of its tables has, under their shared names. */
export function sizeOf(
  { from, joins, select, where, groupBy, measures, having, orderBy, grouped }: ParsedQuery,
  widths: readonly number[],
): QuerySize {
  const tables = tablesOf({ from, joins })
  const columns = widths.reduce((sum, width) => sum + width, 0)
  const tests = [...tables.map((table) => table.where), where, having].flatMap((filter) => (filter === undefined ? [] : testsOf(filter)))
  const outputs = grouped ? [...groupBy, ...measures] : select
  const keys = joins.flatMap(({ on }) => on.flatMap(({ left, right }) => [left, right]))
  const named = new Set([...(outputs ?? []), ...tests].flatMap(({ column }) => column ?? []).concat(keys))
  return {
    tables: tables.reduce((sum, { members }) => sum + members.length, 0),
    columns: outputs === undefined ? columns : Math.min(columns, named.size),
    outputs: (outputs?.length ?? columns) + orderBy.length,
    terms: tests.length + keys.length,
    values: tests.reduce((sum, { operand }) => sum + stepsOf(operand), 0),
  }
}

/** The leaves of a filter. A leaf with several operators counts as several. */
function testsOf(filter: ParsedFilter): { column: string; operand: Test['operand'] }[] {
  if (filter.kind === 'tests') return filter.tests.map(({ operand }) => ({ column: filter.column, operand }))
  return filter.kind === 'not' ? testsOf(filter.term) : filter.terms.flatMap(testsOf)
}

function stepsOf(operand: Test['operand']): number {
  const cells = Array.isArray(operand) ? operand : [operand]
  return cells.reduce<number>((sum, cell) => sum + Math.max(1, Math.ceil(String(cell).length / charactersAStep)), 0)
}

/** Counts the steps of one operation's queries. */
export class StepBudget {
  #left = stepsMax

  /** Takes the steps of one more query. @throws QUERY_TOO_COMPLEX with the sum, where more than 500,000 are taken together. */
  take(size: QuerySize): void {
    const { tables, columns, outputs, terms, values } = size
    const steps = tables * (stepsEach * (columns + outputs + terms) + values)
    if (steps > this.#left) {
      throw new DialsError(
        'QUERY_TOO_COMPLEX',
        `The query is too large as a whole: ${counted(tables, 'table')} × (${stepsEach} × (${counted(columns, 'column')} + ${counted(outputs, 'output')} + ` +
          `${counted(terms, 'term')} of filters) + ${withCommas(values)} for the values compared with) = ${withCommas(steps)} steps. ` +
          `One operation may take ${withCommas(stepsMax)}${this.#left < stepsMax ? `, and its other queries have taken ${withCommas(stepsMax - this.#left)}` : ''}. ` +
          'Name fewer tables, columns or values, or ask in several operations.',
      )
    }
    this.#left -= steps
  }
}
