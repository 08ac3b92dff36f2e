import type { Access, Listing } from '../../connector/catalogue.js'
import type { ColumnDescription } from '../../connector/column.js'

/** A table as a query needs to know it, taken from the viewer's catalogue. */
export interface QueryTable {
  /** `camden/libraries/libraries` */
  readonly id: string
  readonly spokeId: string
  readonly access: Access
  readonly listing: Listing
  readonly sharedWith: readonly string[]
  readonly rowCount: number | undefined
  readonly columns: readonly ColumnDescription[]
}

/** The catalogue as one viewer sees it: what the viewer may not know of is absent. */
export interface QueryCatalogue {
  tables(ids: readonly string[]): Promise<ReadonlyMap<string, QueryTable>>
  /** Near ids that the viewer may see, best first, at most three. */
  nearTables(id: string): Promise<readonly string[]>
}
