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

/** What a harvest works with. */
export interface HarvestParts<T extends SourceTable> {
  readonly config: AccessSettings
  readonly log: Log
  /** The columns of a table, and what some of its rows say that they are. */
  recognise(table: T): Promise<ColumnDescription[]>
  /** Exact, or nothing where that would take too long. */
  countRows(table: T): Promise<number | undefined>
}

/**
 * Reads the tables that the configuration lists: a `dataset` for each, or a `problem` where it cannot be read, which leaves what the
 * catalogue had of it; then `complete`.
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

/** A mistyped name must not open what it meant to close: then nothing is open but what says so itself. */
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
  const listing = listingOf(entry, entry.access ?? defaultAccess)
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
