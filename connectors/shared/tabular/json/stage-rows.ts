import type { ColumnType } from '../../../../src/connector/column.js'
import type { Conversion } from '../conversion.js'
import { columnAt } from '../../engine-sql.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { columnNames } from '../layout/column-names.js'
import type { Decision } from '../typing/decision.js'
import { meetDemand } from '../typing/demand.js'
import { inferTypes } from '../typing/infer.js'
import { Unreadable } from '../unreadable.js'
import type { JsonColumn, RowWriter } from './row-writer.js'

/** A column that is not a member of the rows' objects: a feature's geometry. */
export interface BesideColumn extends StagedColumn {
  /** Its key in the lines. */
  key: string
  /** The engine's type to read it as. */
  reads: string
}

/** The columns of a table beside its objects' members. */
export interface Beside {
  columns: readonly BesideColumn[]
  /** The column of the rows' own values, such as ids. */
  own?: JsonColumn | undefined
}

/**
 * The rows of a writer as one table. Columns are in the order in which their names first appeared.
 * @throws Unreadable if the objects have no members.
 */
export async function stageRows(
  writer: RowWriter,
  conversion: Pick<Conversion, 'types' | 'session'>,
  problems: readonly string[],
  beside: Beside = { columns: [] },
): Promise<StagedTable> {
  const members = writer.columns()
  const read = beside.own === undefined ? members : [...members, beside.own]
  if (read.length + beside.columns.length === 0) throw new Unreadable('The objects of the file have no members: there is nothing to read.')
  const { names, problems: renamed } = columnNames([...read.map(({ name }) => name), ...beside.columns.map(({ name }) => name)])
  const reported = [...problems, ...renamed]
  if (writer.repeated > 0) reported.push(`${writer.repeated} objects name a member twice; its first value was taken.`)
  const lines = writer.from({
    ...(Object.assign({}, ...read.map(({ reads }) => reads)) as Record<string, string>),
    ...Object.fromEntries(beside.columns.map(({ key, reads }) => [key, reads])),
  })
  const demands = read.map((_, position) => conversion.types.get(names[position] as string))
  const asked = await meetByText(conversion, lines, read, demands)
  const columns = read.map((column, position): StagedColumn => {
    const name = names[position] as string
    const met = asked.met.get(position) ?? meet(column, demands[position])
    const problem = met.problem ?? (met.shape.type === 'INT64' && mayBeMoments(name, column) ? moments : undefined)
    if (problem !== undefined) reported.push(`Column ${name}: ${problem}`)
    return { name, shape: met.shape, sql: met.sql }
  })
  columns.push(...beside.columns.map(({ shape, sql }, position) => ({ name: names[read.length + position] as string, shape, sql })))
  return { from: asked.from, columns, rows: writer.rows, rowBytes: writer.rowBytes, problems: reported }
}

const moments =
  'its numbers may be milliseconds or seconds from 1970, as maps and programs write times (1704067200000 is 1 January 2024); kept as numbers. Write times by ISO 8601 (2024-01-31T09:30:00Z).'

/** Whether whole numbers in a column named like a time have as many digits as present times in milliseconds or seconds. */
function mayBeMoments(name: string, { kinds: { numbers } }: JsonColumn): boolean {
  return (
    [10, 12, 13].includes(numbers.wholeDigits) &&
    /date|time|created|updated|edited|modified|_at$/i.test(name) &&
    !/mobile|phone|runtime|estimate/i.test(name)
  )
}

/** Applies a demanded type, as far as the kinds of the values allow it without reading their texts. */
function meet(column: JsonColumn, demanded: ColumnType | undefined): Decision {
  const {
    shape,
    sql,
    text,
    problem,
    kinds: { numbers },
  } = column
  const found: Decision = { shape, sql, ...(problem === undefined ? {} : { problem }) }
  if (shape.type === 'LIST' && demanded === 'JSON') return { shape: { type: 'JSON' }, sql }
  if (shape.type === 'DECIMAL' && demanded === 'INT64' && numbers.trueScale === 0 && numbers.wholeDigits <= 18)
    return { shape: { type: 'INT64' }, sql: `CAST(${sql} AS BIGINT)` }
  return shape.type === 'DOUBLE'
    ? meetDemand({ ...found, plain: text }, demanded, text, numbers.exponents === 0 ? numbers.scale : undefined)
    : meetDemand(found, demanded, text)
}

/** Columns that were typed from their texts, by position, and the lines with those texts added. */
interface ByText {
  met: ReadonlyMap<number, Decision>
  from: string
}

/** Types columns from the texts of their values, if the publisher asks for a type that JSON itself does not show. */
async function meetByText(
  { session }: Pick<Conversion, 'session'>,
  lines: string,
  read: readonly JsonColumn[],
  demands: readonly (ColumnType | undefined)[],
): Promise<ByText> {
  const met = new Map<number, Decision>()
  const positions = read.flatMap((column, position) => {
    const demanded = demands[position]
    const isMet = demanded === undefined || demanded === 'STRING' || meet(column, demanded).shape.type === demanded
    const isScalar = column.kinds.objects + column.kinds.arrays === 0
    return isMet || !isScalar || !asksForValue(demanded) ? [] : [position]
  })
  if (positions.length === 0) return { met, from: lines }
  // The functions for typing expect text columns c0, c1 …
  const texts = positions.map((position, place) => `${(read[position] as JsonColumn).text} AS ${columnAt(place)}`)
  const from = `(SELECT *, ${texts.join(', ')} FROM ${lines})`
  const found = await inferTypes(
    session,
    from,
    positions.map((position) => demands[position]),
  )
  for (const [place, position] of positions.entries()) {
    const column = read[position] as JsonColumn
    const decision = found.get(columnAt(place)) as Decision
    const demanded = demands[position] as ColumnType
    if (decision.shape.type === demanded || (decision.shape.type === 'STRING' && column.shape.type === 'STRING'))
      met.set(position, decision)
    else met.set(position, { shape: column.shape, sql: column.sql, problem: unmet(demanded, column) })
  }
  return { met, from }
}

const unmet = (demanded: ColumnType, { shape }: JsonColumn) =>
  `the catalogue asks for ${demanded}, but not all of its values are; read as ${shape.type}.`

function asksForValue(demanded: ColumnType): boolean {
  return demanded !== 'GEOMETRY' && demanded !== 'JSON' && demanded !== 'LIST'
}
