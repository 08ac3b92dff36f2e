import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Relation } from '../../connector/relation.js'
import type { Viewer } from '../../identity/viewer.js'
import { DialsError } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import type { BoundQuery, Use } from '../2-bind/bound-query.js'
import { maskColumns } from './mask-columns.js'

/** A column that the answer omits, and why. Hidden columns are never listed. */
export interface ColumnAccess {
  readonly column: string
  readonly decision: 'ALLOW' | 'MASK' | 'DENY'
  readonly obligations: readonly string[]
}

/** A query after every use of a column was decided. Its relation reads no denied column. */
export interface AuthorisedQuery extends Omit<BoundQuery, 'uses' | 'places'> {
  /** Columns that the viewer may not see. The answer omits them because `select` did not name them. */
  readonly withheld: readonly ColumnAccess[]
}

/**
 * Stage 3: decides access for each table and each use of a column, and denies what is not allowed. Open data needs no purpose. A shared
 * table needs a viewer of an organisation that it is shared with. A closed table needs an agreement, and agreements cannot be made yet. A
 * personal column is never open.
 * @throws AGREEMENT_REQUIRED, UNAUTHENTICATED or FORBIDDEN, with the place of the table or column.
 */
export function authorise(query: BoundQuery, viewer: Viewer): AuthorisedQuery {
  for (const table of query.tables.values()) refuseTable(table, viewer, query.places.get(table.id) ?? ['from'])
  const personal = new Set(
    query.columns.flatMap(({ origins }, index) => (origins.some(({ column }) => column.sensitivity !== 'NONE') ? [index] : [])),
  )
  const denied = new Set<number>()
  for (const use of query.uses) {
    if (!personal.has(use.column)) continue
    if (!use.implicit) throw forbiddenColumn(query, use)
    denied.add(use.column)
  }
  return withhold(query, denied)
}

function refuseTable(table: QueryTable, viewer: Viewer, inputPath: Path): void {
  if (table.access === 'OPEN') return
  if (table.access === 'CLOSED') {
    throw new DialsError('AGREEMENT_REQUIRED', `The table ${table.id} is closed: it needs an agreement in force that covers it.`, {
      inputPath,
    })
  }
  if (viewer.organisation === undefined) {
    throw new DialsError('UNAUTHENTICATED', `The table ${table.id} is shared with some organisations: send the token of one of them.`, {
      inputPath,
    })
  }
  if (!table.sharedWith.includes(viewer.organisation)) {
    throw new DialsError('FORBIDDEN', `The table ${table.id} is not shared with your organisation.`, { inputPath })
  }
}

function forbiddenColumn(query: BoundQuery, use: Use): DialsError {
  const name = query.columns[use.column]?.name ?? ''
  return new DialsError(
    'FORBIDDEN',
    `The column '${name}' points to persons and is never open: it needs an agreement that covers this use.`,
    { inputPath: use.path },
  )
}

/** Replaces denied columns by null in the relation, and omits them from the answer. */
function withhold({ uses: _, places: __, ...query }: BoundQuery, denied: ReadonlySet<number>): AuthorisedQuery {
  if (denied.size === 0) return { ...query, withheld: [] }
  const kept = query.outputs.flatMap(({ column }, index) => (column !== undefined && denied.has(column) ? [] : [index]))
  if (kept.length === 0)
    throw new DialsError('FORBIDDEN', 'Every column of these tables points to persons: none of them is open.', { inputPath: ['from'] })
  const masked = maskColumns(query, denied)
  const relation: Relation = { op: 'project', outputs: kept.map((index) => ({ kind: 'column', index })), input: masked }
  return {
    ...query,
    relation,
    columns: query.columns.map((column, index) => (denied.has(index) ? { ...column, missingIn: [] } : column)),
    outputs: kept.map((index) => query.outputs[index] as BoundQuery['outputs'][number]),
    withheld: [...denied].map((column) => ({ column: query.columns[column]?.name ?? '', decision: 'DENY', obligations: [] })),
  }
}
