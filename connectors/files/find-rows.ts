import type { Engine } from '../../src/connector/engine.js'
import type { Predicate, Relation, TableScan } from '../../src/connector/relation.js'
import { pushFilters } from '../../src/connector/push-filters.js'
import { mapInputs, scansOf } from '../../src/connector/traverse.js'
import { columnPositions } from '../shared/column-positions.js'
import { columnAt } from '../shared/engine-sql.js'
import { keptShare } from './rows-bound.js'
import type { ReadableTable } from '../shared/tabular/copies/readable-table.js'

/** A smaller table is read whole as soon. */
const rowsMin = 100_000
/** Rows that are worth being looked for alone. */
const foundMax = 20_000

/**
 * A relation over copies, and the table expressions of those scans whose rows are looked for: what they were filtered by, the relation
 * filters by no more.
 */
export interface FoundRows {
  readonly relation: Relation
  readonly from: ReadonlyMap<TableScan, string>
}

type ListTerm = Extract<Predicate, { kind: 'in' }> & { readonly left: { readonly kind: 'column'; readonly index: number } }
interface ListFilter {
  readonly scan: TableScan
  /** Over the scan's own columns. */
  readonly term: ListTerm
}

/**
 * Filters by a list of values, which the engine takes for a hint: it reads every wanted column of every row group that may hold one, and
 * compares afterwards. A column that the copy has an index of is looked up there, before anything else: a page's order would have the
 * engine forget the index. Of any other the listed column alone is read first, and the others only where a row was found.
 * @param copyOf a scan's columns as they lie in its copy, of all its rows or of those where a condition holds.
 */
export function findRows(
  relation: Relation,
  tableOf: (scan: TableScan) => ReadableTable,
  copyOf: (scan: TableScan, where?: string) => string,
  engine: Engine,
): FoundRows {
  const from = new Map<TableScan, string>()
  const isLarge = (scan: TableScan) => tableOf(scan).hasRowIds && tableOf(scan).rowCount >= rowsMin

  const find = ({ scan, term }: ListFilter): boolean => {
    const table = tableOf(scan)
    if (from.has(scan) || !isLarge(scan) || table.rowCount * keptShare(term, scan, tableOf) > foundMax) return false
    const listed = scan.columns[term.left.index] as TableScan['columns'][number]
    const at = columnPositions(table.columns).get(listed.name) ?? -1
    if (at === table.indexed) {
      from.set(
        scan,
        `(WITH listed AS MATERIALIZED (${engine.compile({ op: 'filter', predicate: term, input: scan }, (whole) => copyOf(whole))}) SELECT * FROM listed)`,
      )
      return true
    }
    if (scan.columns.length < 2) return false
    const narrow: Relation = {
      op: 'filter',
      predicate: { ...term, left: { kind: 'column', index: 0 } },
      input: { ...scan, columns: [listed] },
    }
    const places = engine.compile(narrow, () => `(SELECT ${columnAt(at)} AS c0, rowid AS place FROM ${table.from})`)
    from.set(scan, copyOf(scan, `rowid IN (SELECT place FROM (${places}))`))
    return true
  }

  const without = (under: Relation): Relation => {
    const found = mapInputs(under, without)
    if (found.op !== 'filter' || under.op !== 'filter') return found
    const terms = under.predicate.kind === 'and' ? under.predicate.terms : [under.predicate]
    const remaining = terms.filter((term) => {
      const listed = listFilter(term, under.input)
      return listed === undefined || !find(listed)
    })
    const [only] = remaining
    if (only === undefined) return found.input
    return { ...found, predicate: remaining.length === 1 ? only : { kind: 'and', terms: remaining } }
  }

  // A list over a union of which a table is large is applied to each table; any other list stands in the SQL once.
  const isWorthIt = (filter: Relation) => filter.op === 'filter' && hasList(filter.predicate) && scansOf(filter).some(isLarge)
  return { relation: without(pushFilters(relation, (filter) => !isWorthIt(filter))), from }
}

function hasList(predicate: Predicate): boolean {
  return predicate.kind === 'in' || (predicate.kind === 'and' && predicate.terms.some(({ kind }) => kind === 'in'))
}

/** A filter by a list of values, where it stands on a scan, or on a projection of its columns. */
function listFilter(term: Predicate, input: Relation): ListFilter | undefined {
  if (term.kind !== 'in' || term.left.kind !== 'column') return undefined
  if (input.op === 'scan') return { scan: input, term: { ...term, left: term.left } }
  if (input.op !== 'project' || input.input.op !== 'scan') return undefined
  const left = input.outputs[term.left.index]
  return left?.kind === 'column' ? { scan: input.input, term: { ...term, left } } : undefined
}
