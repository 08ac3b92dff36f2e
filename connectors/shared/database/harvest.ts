import type { Access, CatalogueEvent } from '../../../src/connector/catalogue.js'
import type { ColumnDescription } from '../../../src/connector/column.js'
import type { Log } from '../../../src/connector/source.js'
import { DialsError, SourceTimeout } from '../../../src/errors.js'
import { listingOf } from '../dataset-entry.js'
import { describeTable } from './describe.js'
import type { AccessSettings } from './entries.js'
import { fullName } from './ids.js'
import { type Keys, keysOf } from './keys.js'
import type { SourceTable } from './source-table.js'

/** What a harvest needs. */
export interface HarvestParts<T extends SourceTable> {
  readonly config: AccessSettings
  readonly log: Log
  /** The columns of a table, as a sample of its rows shows them. */
  recognise(table: T): Promise<ColumnDescription[]>
  /** The exact number of rows; undefined if counting takes too long. */
  countRows(table: T): Promise<number | undefined>
}

/**
 * Harvests the tables that the configuration lists: yields a `dataset` for each, or a `problem` if it cannot be read, then `complete`.
 * After a problem, the catalogue keeps what it had of the table.
 */
export async function* harvestTables<T extends SourceTable>(
  tables: readonly T[],
  parts: HarvestParts<T>,
  signal: AbortSignal,
): AsyncGenerator<CatalogueEvent> {
  const { datasets, defaultAccess } = parts.config
  const astray = Object.keys(datasets).filter((name) => !tables.some((table) => fullName(table) === name))
  for (const name of astray) {
    yield {
      kind: 'problem',
      sourceId: name,
      message: `The configuration describes ${name}, but lists no such table. Mend the name, or take the entry out.`,
    }
  }
  const access = safeDefault(parts.config, astray)
  if (access !== defaultAccess) yield { kind: 'problem', sourceId: 'datasets', message: heldBack }
  for (const table of tables) {
    yield await harvestTable(table, access, keysOf(table, tables), parts)
    if (signal.aborted) throw new SourceTimeout('The harvest was ended before it had read every table.')
  }
  yield { kind: 'complete' }
}

const heldBack =
  'The configuration closes a table that is not there: until its name is mended, every table whose access is not given there counts as CLOSED.'

/**
 * A mistyped name must not open a table that it should close. If a restricted entry matches no table, tables without an access of their own
 * are CLOSED.
 */
function safeDefault({ datasets, defaultAccess }: AccessSettings, astray: readonly string[]): Access {
  return astray.some((name) => (datasets[name]?.access ?? 'OPEN') !== 'OPEN') ? 'CLOSED' : defaultAccess
}

async function harvestTable<T extends SourceTable>(
  table: T,
  defaultAccess: Access,
  keys: Keys,
  parts: HarvestParts<T>,
): Promise<CatalogueEvent> {
  const entry = parts.config.datasets[fullName(table)] ?? {}
  const access = entry.access ?? defaultAccess
  const listing = access === 'OPEN' ? listingOf(entry, access) : 'PARTIES'
  const problem = (message: string): CatalogueEvent => ({
    kind: 'problem',
    sourceId: table.id,
    message: `${fullName(table)}: ${message}`.slice(0, 2000),
    listing,
  })
  if (table.unreadable !== undefined) return problem(table.unreadable)
  try {
    const columns = await parts.recognise(table)
    const rowCount = await parts.countRows(table)
    return { kind: 'dataset', dataset: describeTable(table, { columns, rowCount }, entry, defaultAccess, keys) }
  } catch (thrown) {
    parts.log.warn({ err: thrown, dataset: table.id }, 'a table could not be read')
    return problem(thrown instanceof DialsError ? thrown.message : 'it could not be read. The reason is in the log.')
  }
}
