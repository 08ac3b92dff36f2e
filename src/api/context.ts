import type { Knex } from 'knex'
import type { CatalogueLoaders } from '../catalogue/catalogue-loaders.js'
import type { HarvestRunRow } from '../catalogue/rows.js'
import type { Viewer } from '../identity/viewer.js'
import type { QueryContext } from '../query/run.js'
import type { QueryResult } from '../query/6-result/query-result.js'
import type { Splice } from './splice.js'

export type SpokeStatus = 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN'

/** What resolvers are given: one value for each request. */
export interface Context {
  readonly viewer: Viewer
  readonly knex: Knex
  readonly loaders: CatalogueLoaders
  readonly query: QueryContext
  /** The IRIs of this hub's things begin with it; no slash at its end. */
  readonly baseUrl: string
  readonly statusOf: (spokeId: string) => SpokeStatus
  readonly harvestNow: (spokeId: string) => Promise<HarvestRunRow>
  /** Results that hold rows in the engine: released when the response is made. */
  readonly results: Set<QueryResult>
  /** Set by our own HTTP handler alone. */
  readonly splice?: Splice
}
