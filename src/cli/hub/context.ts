import { createHash } from 'node:crypto'
import DataLoader from 'dataloader'
import type { Knex } from 'knex'
import type { AgreementStore } from '../../agreements/agreement-store.js'
import type { Auditor } from '../../audit/auditor.js'
import type { LogReader, ReadEntry } from '../../audit/read/log-reader.js'
import type { Context } from '../../api/context.js'
import { Turns } from '../../api/limits/turns.js'
import { ownRowCounts } from '../../api/own-row-counts.js'
import { Results } from '../../api/results.js'
import { CatalogueMemory } from '../../catalogue/catalogue-memory.js'
import type { HarvestScheduler } from '../../catalogue/harvest-scheduler.js'
import type { OpenSources } from '../../catalogue/open-sources.js'
import { helpWithTable } from '../../catalogue/help-with-table.js'
import { databaseError } from '../../database/database-error.js'
import type { DuckDbEngine } from '../../engine/duckdb.js'
import type { ContextOf } from '../../http/begin-operation.js'
import { clientOf } from '../../http/clients.js'
import { bearerToken } from '../../identity/token-parts.js'
import type { Viewer } from '../../identity/viewer.js'
import type { LegalBases } from '../../policy/legal-bases.js'
import type { PurposeTree } from '../../policy/purposes.js'
import { StepBudget } from '../../query/2-bind/query-size.js'
import type { Search } from '../../search/search.js'
import type { Traces } from '../../telemetry/traces.js'

/** The parts of a hub that resolvers use. */
export interface ContextParts {
  readonly identify: (authorization: readonly string[] | undefined) => Promise<Viewer>
  readonly knex: Knex
  readonly sources: OpenSources
  readonly engine: DuckDbEngine
  readonly anonymousEngine: DuckDbEngine
  readonly auditor: Auditor
  readonly audit: LogReader
  readonly scheduler: HarvestScheduler
  readonly search: Search
  readonly agreements: AgreementStore
  readonly purposes: PurposeTree
  readonly legalBases: LegalBases
  readonly traces: Traces | undefined
  /** Known only once the hub listens, if hub.yaml gives no URL. */
  readonly baseUrl: () => string
}

/** Makes the context of each request: who asks, and what resolvers read from. */
export function contextMaker({
  identify,
  knex,
  sources,
  engine,
  anonymousEngine,
  auditor,
  audit,
  scheduler,
  search,
  agreements,
  purposes,
  legalBases,
  traces,
  baseUrl,
}: ContextParts): ContextOf {
  const memory = new CatalogueMemory(knex)
  const turns = new Turns()
  return async (authorization, signal, address, { splice, purpose } = {}): Promise<Context> => {
    const viewer = await identify(authorization)
    const client = clientOf(viewer, address)
    const token = bearerToken(authorization)
    const loaders = await memory.loadersFor(viewer)
    const catalogue = {
      tables: async (ids: readonly string[]) =>
        (await loaders.tableForQuery.loadAll(ids).catch(rethrowCoded)).filter((table) => table !== null),
      helpWith: (id: string) => helpWithTable(knex, viewer, id).catch(rethrowCoded),
    }
    const results = new Results((order) => turns.take(client, signal, order))
    const query = {
      viewer,
      catalogue,
      sources,
      engine: client.isAnonymous ? anonymousEngine : engine,
      auditor,
      policy: {
        purpose,
        purposes,
        agreementsFor: (organisation: string, tables: readonly string[]) => agreements.inForceFor(organisation, tables).catch(rethrowCoded),
      },
      signal,
      budget: new StepBudget(),
      ...(token === undefined ? {} : { tokenSha256: createHash('sha256').update(token).digest('hex') }),
      ...(traces ? { stage: traces.stage } : {}),
    }
    return {
      viewer,
      knex,
      loaders,
      baseUrl: baseUrl(),
      search,
      agreements,
      purposes,
      legalBases,
      audit,
      auditProof: new DataLoader((entries: readonly ReadEntry[]) => audit.proofs(entries), { cache: false }),
      statusOf: (spokeId) => sources.status(spokeId),
      harvestNow: (spokeId, how) => scheduler.harvestNow(spokeId, how),
      results,
      ownRowCounts: ownRowCounts(query, results),
      ...(splice ? { splice } : {}),
      query,
    }
  }
}

/** Gives errors of the database their code here, because the query pipeline knows no database. */
function rethrowCoded(thrown: unknown): never {
  throw databaseError(thrown)
}
