import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { Relation, TableScan } from '../../../src/connector/relation.js'
import type { PlannedFragment } from '../../../src/connector/source.js'
import { cut, scanOfAnswer } from '../../../src/connector/cut.js'
import { pushFilters } from '../../../src/connector/push-filters.js'
import { shapesOf } from '../../../src/connector/shapes.js'
import { pushedDown, splitBy } from '../../../src/connector/split.js'
import { sourceOf } from '../../../src/connector/source-sides.js'
import { inputsOf, mapInputs, mapScans } from '../../../src/connector/traverse.js'
import { SourceUnavailable } from '../../../src/errors.js'
import { columnPositions } from '../column-positions.js'
import type { SourceTable } from './source-table.js'
import { exactSides, type IsExact, type Statements, statementsOf } from './statements.js'

/** Tables by the ids that fragments name them by. */
export type Tables = ReadonlyMap<string, SourceTable>

/** How one kind of database is asked. */
export interface Dialect {
  /** What it does as the engine does, of operands that are exact. */
  readonly capabilities: Capabilities
  readonly isExact: IsExact
  quoteName(name: string): string
  /** The one output of a table of which no column is wanted, so that its rows are counted. */
  readonly noColumn: string
  /** The statement that answers a relation. @param from its scans, as table expressions of columns c0 … cn. */
  statementSql(relation: Relation, from: (scan: TableScan) => string): string
}

/**
 * The statements behind what was pushed down, and what the engine does over their answers.
 * @throws SourceUnavailable for a table or a column that is not held.
 */
export function statementsFor(pushed: Relation, tables: Tables, dialect: Dialect): Statements {
  return statementsOf(pushed, dialect.isExact, (relation) => dialect.statementSql(relation, (scan) => fromTable(scan, tables, dialect)))
}

/** The fragment as it will run: what the capabilities allow and the database answers exactly. */
export function planFragment(relation: Relation, capabilities: Capabilities, dialect: Dialect): PlannedFragment {
  const allowed = splitBy(capabilities, relation)
  const exact = splitExact(allowed.pushed, dialect.isExact)
  const remaining = mapScans(allowed.remaining, () => exact.remaining)
  return { pushed: exact.pushed, remaining, pushedDown: pushedDown(exact.pushed) }
}

/**
 * Splits a relation above what the database answers exactly. Where that is several statements, since a table of a union needs work that
 * only the engine does exactly, the union is pushed down as a whole: the engine beside the database then works on their answers.
 */
function splitExact(whole: Relation, isExact: IsExact): { pushed: Relation; remaining: Relation } {
  const sides = exactSides(isExact)
  const relation = pushFilters(whole, (filter) => sourceOf(filter, sides) !== undefined)
  const { pieces, remaining } = cut(relation, sides)
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return { pushed: only.relation, remaining }
  const union = topUnion(relation)
  const answer = scanOfAnswer('#0', shapesOf(union))
  const above = (part: Relation): Relation => (part === union ? answer : mapInputs(part, above))
  return { pushed: union, remaining: above(relation) }
}

/** The operator of several inputs that is nearest to the top. */
function topUnion(relation: Relation): Relation {
  const [input, ...others] = inputsOf(relation)
  return input === undefined || others.length > 0 ? relation : topUnion(input)
}

/** What runs, in SQL; where a table is not known, why not: `execute` then says so too. */
export function nativeText(pushed: Relation, tables: Tables, dialect: Dialect): string {
  try {
    const { statements } = statementsFor(pushed, tables, dialect)
    return [...statements.values()].map(({ sql }) => sql).join(';\n')
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
    throw new SourceUnavailable(
      `The source does not hold table ${scan.table} any more, or may not read it. The catalogue says so after the next harvest.`,
    )
  const positions = columnPositions(table.columns)
  const columns = scan.columns.map(({ name, type, scale }, position) => {
    const reading = table.columns[positions.get(name) ?? -1]?.reading
    if (reading === undefined || reading.shape.type !== type || reading.shape.scale !== scale) {
      throw new SourceUnavailable(
        `The columns of table ${scan.table} have changed since the catalogue was read. It is right again after the next harvest.`,
      )
    }
    return `${reading.sql(`t.${quoteName(name)}`)} AS c${position}`
  })
  return `(SELECT ${columns.join(', ') || `${noColumn} AS c0`} FROM ${quoteName(table.schema)}.${quoteName(table.name)} AS t${sampled}) AS input`
}
