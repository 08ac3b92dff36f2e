import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { Relation, TableScan } from '../../../src/connector/relation.js'
import type { PlannedFragment } from '../../../src/connector/source.js'
import { pushedDown } from '../../../src/connector/split.js'
import { SourceUnavailable } from '../../../src/errors.js'
import type { SourceTable } from './source-table.js'
import { type Cut, cutExact, type IsExactStep, takeExact } from './take-exact.js'

/** Tables by the ids that fragments name them by. */
export type Tables = ReadonlyMap<string, SourceTable>

/** How one kind of database is asked. */
export interface Dialect {
  /** What it does as the engine does, of operands that are exact. */
  readonly capabilities: Capabilities
  readonly isExactStep: IsExactStep
  quoteName(name: string): string
  /** The one output of a table of which no column is wanted, so that its rows are counted. */
  readonly noColumn: string
  /** The statement that answers a relation. @param from its scans, as table expressions of columns c0 … cn. */
  statementSql(relation: Relation, from: (scan: TableScan) => string): string
}

/**
 * The statements behind what was taken, and what the engine does over their answers.
 * @throws SourceUnavailable for a table or a column that is not held.
 */
export function statementsOf(taken: Relation, tables: Tables, dialect: Dialect): Cut {
  return cutExact(taken, dialect.isExactStep, (relation) => dialect.statementSql(relation, (scan) => fromTable(scan, tables, dialect)))
}

/** The fragment as it will run. */
export function planFragment(relation: Relation, capabilities: Capabilities, tables: Tables, dialect: Dialect): PlannedFragment {
  const { taken, left } = takeExact(capabilities, relation, dialect.isExactStep)
  return { taken, left, native: nativeText(taken, tables, dialect), pushedDown: pushedDown(taken) }
}

/** What runs, in SQL; where a table is not known, why not: `execute` then says so too. */
function nativeText(taken: Relation, tables: Tables, dialect: Dialect): string {
  try {
    return statementsOf(taken, tables, dialect)
      .statements.map(({ sql }) => sql)
      .join(';\n')
  } catch (thrown) {
    if (thrown instanceof SourceUnavailable) return `-- ${thrown.message}`
    throw thrown
  }
}

/**
 * The wanted columns of a table, by names that the database itself gave: what a hub sends is only looked up.
 * @param sampled a clause that samples it.
 */
export function fromTable(scan: TableScan, tables: Tables, { quoteName, noColumn }: Dialect, sampled = ''): string {
  const table = tables.get(scan.table)
  if (table === undefined)
    throw new SourceUnavailable(`The source does not hold table ${scan.table} any more, or may not read it. Harvest it again.`)
  const columns = scan.columns.map(({ name, type, scale }, position) => {
    const reading = table.columns.find((column) => column.name === name)?.reading
    if (reading === undefined || reading.shape.type !== type || reading.shape.scale !== scale) {
      throw new SourceUnavailable(
        `The catalogue of table ${scan.table} is out of date: its columns have changed. Harvest the source again.`,
      )
    }
    return `${reading.sql(`t.${quoteName(name)}`)} AS c${position}`
  })
  return `(SELECT ${columns.join(', ') || `${noColumn} AS c0`} FROM ${quoteName(table.schema)}.${quoteName(table.name)} AS t${sampled}) AS input`
}
