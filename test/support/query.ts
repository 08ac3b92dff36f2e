import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Auditor } from '../../src/audit/auditor.js'
import type { QueryTable } from '../../src/catalogue/tables-for-query.js'
import type { ColumnType } from '../../src/connector/column.js'
import type { Source } from '../../src/connector/source.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { DialsError } from '../../src/errors.js'
import { anonymous } from '../../src/identity/viewer.js'
import type { QueryCatalogue } from '../../src/query/2-bind/query-catalogue.js'
import type { Sources } from '../../src/query/6-execute/sources.js'
import type { QueryResult } from '../../src/query/7-result/query-result.js'
import type { Numbers } from '../../src/connector/engine.js'
import type { QueryContext } from '../../src/query/run.js'
import { memoryAuditor } from './audit.js'

/** A column as tests write it: `{ name: 'Amount', type: 'DECIMAL', scale: 2 }`. */
export interface TestColumn {
  name: string
  type: ColumnType
  scale?: number | undefined
  personal?: boolean
  dayAssumed?: boolean
  notWgs84?: boolean
  statistics?: { distinctCount: number; nullRatio: number }
}

/** An OPEN table as the catalogue knows it; `camden/libraries/libraries` is at the spoke `camden`. */
export function tableOf(id: string, columns: readonly TestColumn[], given: Partial<QueryTable> = {}): QueryTable {
  const [spokeId = '', dataset = '', name = ''] = id.split('/')
  return {
    id,
    datasetId: `${spokeId}/${dataset}`,
    spokeId,
    organisationId: `borough-of-${spokeId}`,
    name,
    title: name,
    rowCount: 100,
    version: null,
    access: 'OPEN',
    sharedWith: [],
    listing: 'PUBLIC',
    ownerReadsPersonal: false,
    status: 'ACTIVE',
    ...given,
    columns: columns.map((column, position) => ({
      position,
      name: column.name,
      type: column.type,
      scale: column.scale ?? null,
      semanticType: null,
      nullable: true,
      unit: null,
      sensitivity: column.personal === true ? 'PERSONAL' : 'NONE',
      statistics: column.statistics ?? null,
      dayAssumed: column.dayAssumed === true,
      notWgs84: column.notWgs84 === true,
    })),
  }
}

/** A catalogue of these tables. Ids are similar where they begin alike. */
export function catalogueOf(tables: readonly QueryTable[]): QueryCatalogue {
  return {
    tables: (ids) => Promise.resolve(tables.filter(({ id }) => ids.includes(id))),
    helpWith: (id) => {
      const suggestions = tables.flatMap((table) => (table.id.startsWith(id.slice(0, 8)) ? [table.id] : [])).slice(0, 3)
      return Promise.resolve({ text: '', suggestions })
    },
  }
}

/** A folder in memory and two engines over it: the hub's and the sources'. */
export interface Bench {
  readonly folder: string
  readonly hub: DuckDbEngine
  readonly engine: DuckDbEngine
  close(): Promise<void>
}

/** Opens a bench; the caller closes it. */
export async function openBench(): Promise<Bench> {
  const base = await access('/dev/shm').then(
    () => '/dev/shm',
    () => tmpdir(),
  )
  const folder = await mkdtemp(join(base, 'dials-query-'))
  const [hub, engine] = (await Promise.all([0, 1].map(() => DuckDbEngine.open({ folders: [folder], memoryMb: 512 })))) as [
    DuckDbEngine,
    DuckDbEngine,
  ]
  return {
    folder,
    hub,
    engine,
    async close() {
      await hub.close()
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What a query of an anonymous viewer needs, over these tables and sources. Calls `observed` when a scan ends. */
export function contextOf(
  hub: DuckDbEngine,
  tables: readonly QueryTable[],
  sources: Readonly<Record<string, Source>>,
  given: {
    signal?: AbortSignal
    observed?: (spokeId: string, error: DialsError | undefined) => void
    admits?: (spokeId: string) => boolean
    auditor?: Auditor
  } = {},
): QueryContext {
  const opened: Sources = {
    get(spokeId) {
      const source = sources[spokeId]
      return source === undefined
        ? undefined
        : {
            connector: 'fake',
            source,
            observed: (error) => given.observed?.(spokeId, error),
            admits: () => given.admits?.(spokeId) ?? true,
          }
    },
  }
  return {
    viewer: anonymous,
    catalogue: catalogueOf(tables),
    sources: opened,
    engine: hub,
    auditor: given.auditor ?? memoryAuditor().auditor,
    signal: given.signal ?? new AbortController().signal,
  }
}

/** The DialsError that `work` ends with. Fails where it succeeds, or ends with another error. */
export async function failureOf(work: () => unknown): Promise<DialsError> {
  try {
    await work()
  } catch (thrown) {
    if (thrown instanceof DialsError) return thrown
    throw thrown
  }
  throw new Error('this was not refused')
}

/** The text of a page. */
export async function textOf(result: QueryResult, form: 'rows' | 'records' = 'rows', numbers: Numbers = 'EXACT'): Promise<string> {
  return Buffer.concat(await result.json(form, numbers)).toString()
}
