import type { Knex } from 'knex'
import type { AgreementStore } from '../agreements/agreement-store.js'
import type { LogReader, ReadEntry } from '../audit/read/log-reader.js'
import type { CatalogueLoaders } from '../catalogue/catalogue-loaders.js'
import type { Loader } from '../catalogue/loader.js'
import type { SpokeStatus } from '../catalogue/open-sources.js'
import type { HarvestRunRow } from '../catalogue/rows.js'
import type { LegalBases } from '../policy/legal-bases.js'
import type { PurposeTree } from '../policy/purposes.js'
import type { QueryContext } from '../query/run.js'
import type { Search } from '../search/search.js'
import type { AccessContext } from './access/enforce.js'
import type { AnswerContext } from './limits/answer-size.js'
import type { Results } from './results.js'
import type { Splice } from './splice.js'

/** The context of resolvers: one for each request. */
export interface Context extends AccessContext, AnswerContext {
  readonly knex: Knex
  readonly loaders: CatalogueLoaders
  readonly query: QueryContext
  /** The prefix of the IRIs of this hub's resources; no slash at its end. */
  readonly baseUrl: string
  /** The rows of CLOSED tables of the viewer's own organisation. */
  readonly ownRowCounts: Loader<string, number | null>
  readonly search: Search
  readonly agreements: AgreementStore
  readonly purposes: PurposeTree
  readonly legalBases: LegalBases
  readonly audit: LogReader
  /** Proves entries of the audit log, all of a page at once. */
  readonly auditProof: { load(entry: ReadEntry): Promise<string> }
  readonly statusOf: (spokeId: string) => SpokeStatus
  readonly harvestNow: (spokeId: string, how?: { allowShrink?: boolean }) => Promise<HarvestRunRow>
  /** Results that hold rows in the engine. They are released when the response is complete. */
  readonly results: Results
  /** Set only by our own HTTP handler. */
  readonly splice?: Splice
}
