import type { ColumnType } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnAt } from '../../engine-sql.js'
import { asText, type Decision } from '../typing/decision.js'
import { inferTypes } from '../typing/infer.js'
import { dayFrom } from './day-from.js'
import type { SheetColumn } from './sheet-column.js'
import type { DateSystem } from './workbook-part.js'

/** Matches day numbers of 1949 to 2102. Beside dates, a number outside this range is more often a year or an error. */
const usual = '1[89][0-9]{3}|[2-6][0-9]{4}|7[0-3][0-9]{3}'

/** Whether a column of several kinds holds dates, and the publisher says that all of its cells are dates. */
export function readsDays({ kinds }: SheetColumn, demand: ColumnType | undefined): boolean {
  return (demand === 'DATE' || demand === 'TIMESTAMP') && (kinds.has('date') || kinds.has('datetime'))
}

/**
 * Reads columns that the publisher calls dates although only some cells are formatted as dates. Numbers of usual days are read as days, and
 * text as `inferTypes` reads it.
 */
export async function inDays(
  session: EngineSession,
  from: string,
  demands: readonly (ColumnType | undefined)[],
  positions: readonly number[],
  dateSystem: DateSystem,
): Promise<Map<string, Decision>> {
  const parts = positions.map((position) => {
    const column = columnAt(position)
    const demand = demands[position] === 'DATE' ? ('DATE' as const) : ('TIMESTAMP' as const)
    const isDate = `regexp_full_match(${column}, '[0-9]{4}-[0-9]{2}-[0-9]{2}${demand === 'DATE' ? '' : '(?:T[0-9:.]+)?'}')`
    const isNumber = `regexp_full_match(${column}, '${usual}')`
    return { column, demand, isDate, isNumber }
  })
  const replaced = parts.map(
    ({ column, isDate, isNumber }) => `CASE WHEN ${isDate} OR ${isNumber} THEN NULL ELSE ${column} END AS ${column}`,
  )
  const decisions = await inferTypes(
    session,
    `(SELECT * REPLACE (${replaced.join(', ')}) FROM ${from})`,
    demands,
    parts.map(({ column }) => column),
  )
  return new Map(
    parts.map(({ column, demand, isDate, isNumber }) => {
      const rest = decisions.get(column) as Decision
      // What holds for the texts need not hold for the dates beside them.
      if (rest.shape.type !== demand && rest.empty !== true)
        return [column, asText(column, `the catalogue asks for ${demand}, but not all of its cells are; kept as text.`)]
      const others = rest.empty === true ? 'NULL' : rest.sql
      const sql = `CASE WHEN ${isDate} THEN CAST(${column} AS ${demand}) WHEN ${isNumber} THEN ${dayFrom(column, demand, dateSystem)} ELSE ${others} END`
      return [
        column,
        { shape: { type: demand }, sql, ...(rest.problem === undefined || rest.empty === true ? {} : { problem: rest.problem }) },
      ]
    }),
  )
}
