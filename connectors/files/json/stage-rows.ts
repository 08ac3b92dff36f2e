import type { Conversion } from '../convert.js'
import { columnAt } from '../../shared/engine-sql.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { columnNames } from '../text/column-names.js'
import { meetDemand } from '../typing/demand.js'
import { Unreadable } from '../unreadable.js'
import type { RowWriter } from './row-writer.js'

/** A column that is no member of the rows' objects: a feature's geometry or id. */
export interface BesideColumn extends StagedColumn {
  /** Its key in the lines. */
  key: string
  /** The engine's type to read it as. */
  reads: string
}

/** The rows of a writer as one table, its columns in the order in which their names first appeared. */
export function stageRows(
  writer: RowWriter,
  { types }: Pick<Conversion, 'types'>,
  problems: readonly string[],
  beside: readonly BesideColumn[] = [],
): StagedTable {
  const read = writer.columns()
  if (writer.rows === 0) throw new Unreadable('The list of the file is empty: there is nothing to read.')
  if (read.length + beside.length === 0) throw new Unreadable('The objects of the file have no members: there is nothing to read.')
  const { names, problems: renamed } = columnNames([...read.map(({ name }) => name), ...beside.map(({ name }) => name)])
  const told = [...problems, ...renamed]
  if (writer.repeated > 0) told.push(`${writer.repeated} objects name a member twice; its first value was taken.`)
  const columns = read.map(({ shape, reads }, position): StagedColumn => {
    const name = names[position] as string
    const column = columnAt(position)
    const text = `CAST(${column} AS VARCHAR)`
    const met = meetDemand({ shape, sql: reads === 'JSON' ? text : column }, types.get(name), text)
    if (met.problem !== undefined) told.push(`Column ${name}: ${met.problem}`)
    return { name, shape: met.shape, sql: met.sql }
  })
  columns.push(...beside.map(({ shape, sql }, position) => ({ name: names[read.length + position] as string, shape, sql })))
  const from = writer.from(read, Object.fromEntries(beside.map(({ key, reads }) => [key, reads])))
  return { from, columns, rows: writer.rows, rowBytes: writer.rowBytes, problems: told }
}
