import type { ColumnType } from '../../../../src/connector/column.js'
import { columnAt } from '../../engine-sql.js'
import type { Conversion } from '../conversion.js'
import type { Decision } from '../typing/decision.js'
import { emptyAs, meetDemand } from '../typing/demand.js'
import { inferTypes } from '../typing/infer.js'
import { inDays, readsDays } from './demanded-days.js'
import type { SheetColumn } from './sheet-column.js'
import type { DateSystem } from './workbook-part.js'

const lookWords: Partial<Record<ColumnType, string>> = {
  INT64: 'numbers',
  DECIMAL: 'numbers',
  DOUBLE: 'numbers',
  DATE: 'dates',
  TIMESTAMP: 'times',
  TIMESTAMPTZ: 'times',
  TIME: 'times of day',
  BOOLEAN: 'true or false',
}

/**
 * Decides the types of a sheet's columns: the types of their cells and, for text, the types that the publisher asks for. Text that looks
 * like another type is reported but stays text, because a workbook can give its cells a type.
 * @param from the rows as text columns c0 ….
 */
export async function decideColumns(
  columns: readonly SheetColumn[],
  names: readonly string[],
  from: string,
  dateSystem: DateSystem,
  { session, types }: Conversion,
): Promise<Decision[]> {
  const demands = names.map((name) => types.get(name))
  const demanded = columns.flatMap((column, position) =>
    ![undefined, 'STRING'].includes(demands[position]) && column.isText && !column.empty ? [position] : [],
  )
  const disguised = columns.flatMap((column, position) => (demands[position] === undefined && column.isValueLike ? [position] : []))
  const days = demanded.filter((position) => readsDays(columns[position] as SheetColumn, demands[position]))
  const plain = [...demanded.filter((position) => !days.includes(position)), ...disguised]
  const inferred = new Map([
    ...(plain.length === 0 ? [] : await inferTypes(session, from, demands, plain.map(columnAt))),
    ...(days.length === 0 ? [] : await inDays(session, from, demands, days, dateSystem)),
  ])
  return columns.map((column, position) => {
    const own = column.decide(position)
    const found = inferred.get(columnAt(position))
    if (found === undefined) return ownType(column, own, demands[position], position, dateSystem)
    if (demands[position] !== undefined) return found
    return found.shape.type === 'STRING'
      ? { ...own, ...(found.problem === undefined ? {} : { problem: found.problem }) }
      : { ...own, problem: looksLike(found) }
  })
}

function ownType(column: SheetColumn, own: Decision, demand: ColumnType | undefined, position: number, dateSystem: DateSystem): Decision {
  if (column.empty) return emptyAs(own, demand, columnAt(position))
  if ((demand === 'DATE' || demand === 'TIMESTAMP') && column.isYears) {
    return {
      ...own,
      problem: `the catalogue asks for ${demand}, but its numbers look like years, and a year is no day; read as ${own.shape.type}.`,
    }
  }
  const days = demand === undefined ? undefined : column.asDays(demand, position, dateSystem)
  return days ?? meetDemand(own, demand, columnAt(position), column.numbers.scaleMost)
}

function looksLike({ shape, problem }: Decision): string {
  return `its cells are text that looks like ${lookWords[shape.type] ?? 'other values'}; kept as text. Set the cells' format and type the values again, or say \`type: ${shape.type}\` in catalogue.yaml.${problem === undefined ? '' : ` Read so: ${problem}`}`
}
