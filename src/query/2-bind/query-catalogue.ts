import type { TableHelp } from '../../catalogue/help-with-table.js'
import type { QueryTable } from '../../catalogue/tables-for-query.js'

/** The catalogue as one viewer sees it. Tables that the viewer may not know about are absent. */
export interface QueryCatalogue {
  /** The tables with these ids. Omits those that do not exist or are hidden from the viewer. */
  tables(ids: readonly string[]): Promise<readonly QueryTable[]>
  /** What an id that names no table may mean, of what the viewer may see. */
  helpWith(id: string): Promise<TableHelp>
}
