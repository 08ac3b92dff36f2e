import type { Engine } from '../../src/connector/engine.js'
import type { Predicate, Relation, Scan } from '../../src/connector/relation.js'
import { columnAt } from '../shared/engine-sql.js'
import { keptShare } from './rows-bound.js'
import type { ReadableTable } from './execute.js'

/** A smaller table is read whole as soon. */
const rowsMin = 100_000
/** Rows that are worth being looked for alone. */
const foundMax = 20_000

/**
 * Conditions on where the rows of a copy lie, by the scans that they are for. The engine takes a list of values for a hint: it reads every wanted column of every row
 * group that may hold one, and compares afterwards. So the listed column alone is read first, and the others only where a row was found. The filter itself stays as it is.
 * Values of a column that the copy has an index of the engine finds sooner by that.
 */
export function findRows(relation: Relation, tableOf: (scan: Scan) => ReadableTable, engine: Engine): Map<Scan, string> {
  const found = new Map<Scan, string>()
  for (const { scan, term } of listFilters(relation)) {
    const table = tableOf(scan)
    if (!table.hasRowIds || table.rowCount < rowsMin || scan.columns.length < 2) continue
    if (table.rowCount * keptShare(term, scan, tableOf) > foundMax) continue
    const listed = scan.columns[term.left.index] as Scan['columns'][number]
    const at = table.columns.findIndex(({ name }) => name === listed.name)
    if (at === table.indexed) continue
    const narrow: Relation = { op: 'filter', predicate: { ...term, left: { kind: 'column', index: 0 } }, input: { ...scan, columns: [listed] } }
    const rows = engine.compile(narrow, () => `(SELECT ${columnAt(at)} AS c0, rowid AS place FROM ${table.from})`)
    found.set(scan, `rowid IN (SELECT place FROM (${rows}))`)
  }
  return found
}

type ListTerm = Extract<Predicate, { kind: 'in' }> & { readonly left: { readonly kind: 'column'; readonly index: number } }

/** Filters by a list of values that stand on a scan, or on a projection of its columns; of several on one scan the last. */
function listFilters(relation: Relation): { scan: Scan; term: ListTerm }[] {
  if (relation.op === 'scan') return []
  if (relation.op === 'stack') return relation.inputs.flatMap(listFilters)
  const below = listFilters(relation.input)
  if (relation.op !== 'filter') return below
  const terms = relation.predicate.kind === 'and' ? relation.predicate.terms : [relation.predicate]
  return [...below, ...terms.flatMap((term) => scanned(term, relation.input) ?? [])]
}

function scanned(term: Predicate, input: Relation): { scan: Scan; term: ListTerm } | undefined {
  if (term.kind !== 'in' || term.left.kind !== 'column') return undefined
  if (input.op === 'scan') return { scan: input, term: { ...term, left: term.left } }
  if (input.op !== 'project' || input.input.op !== 'scan') return undefined
  const left = input.outputs[term.left.index]
  return left?.kind === 'column' ? { scan: input.input, term: { ...term, left } } : undefined
}
