import type { QueryTable } from '../../catalogue/tables-for-query.js'

/** The catalogue as one viewer sees it: what the viewer may not know of is absent. */
export interface QueryCatalogue {
  tables(ids: readonly string[]): Promise<readonly QueryTable[]>
  /** Near ids that the viewer may see, best first, at most three. */
  nearTables(id: string): Promise<readonly string[]>
}
