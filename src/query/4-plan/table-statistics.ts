import type { ColumnStatistics, QueryTable } from '../../catalogue/tables-for-query.js'

/** What the catalogue knows about the size of a table. Undefined or absent where it knows nothing. */
export interface TableStatistics {
  readonly rowCount: number | undefined
  /** By column name. */
  readonly columns: ReadonlyMap<string, ColumnStatistics>
}

/** Statistics by a table's id. */
export type Statistics = Pick<ReadonlyMap<string, TableStatistics>, 'get'>

/** The statistics of a table, for estimates. */
export function statisticsOf({ rowCount, columns }: QueryTable): TableStatistics {
  const known = columns.flatMap(({ name, statistics }): [string, ColumnStatistics][] => (statistics === null ? [] : [[name, statistics]]))
  return { rowCount: rowCount ?? undefined, columns: new Map(known) }
}
