import type { Viewer } from '../../identity/viewer.js'
import { DialsError } from '../../errors.js'
import type { BoundQuery, Leaf, Use } from '../2-bind/bound-query.js'
import { mapPredicate } from '../columns.js'

/** A column that was left out of an answer, and why. Hidden columns are never listed. */
export interface ColumnAccess {
  readonly column: string
  readonly decision: 'ALLOW' | 'MASK' | 'DENY'
  readonly obligations: readonly string[]
}

/** A query of which every column use has been decided. */
export interface AuthorisedQuery extends BoundQuery {
  /** Columns that `select` left to us and that the viewer may not see. */
  readonly withheld: readonly ColumnAccess[]
}

/**
 * Stage 3: who may use which column, decided for each table and each use; denied unless allowed. Open data needs no purpose; what is not
 * open needs an agreement, and none can be in force yet. A column that points to a person is never open.
 */
export function authorise(query: BoundQuery, viewer: Viewer): AuthorisedQuery {
  for (const leaf of query.leaves) refuseTable(leaf, viewer)
  const denied = new Set<number>()
  for (const use of query.uses) {
    if (!query.leaves.some((leaf) => isPersonal(leaf, use.index))) continue
    if (!use.implicit) throw forbiddenColumn(query, use)
    denied.add(use.index)
  }
  return withhold(query, denied)
}

function refuseTable({ table }: Leaf, viewer: Viewer): void {
  if (table.access === 'OPEN') return
  if (table.access === 'CLOSED') {
    throw new DialsError('AGREEMENT_REQUIRED', `The table ${table.id} is closed: it needs an agreement in force that covers it.`)
  }
  if (viewer.organisation === undefined) {
    throw new DialsError('UNAUTHENTICATED', `The table ${table.id} is shared with some organisations: send the token of one of them.`)
  }
  if (!table.sharedWith.includes(viewer.organisation)) {
    throw new DialsError('FORBIDDEN', `The table ${table.id} is not shared with your organisation.`)
  }
}

function isPersonal({ table, cells }: Leaf, index: number): boolean {
  const cell = cells[index]
  return cell?.kind === 'column' && table.columns.find(({ name }) => name === cell.name)?.sensitivity !== 'NONE'
}

function forbiddenColumn(query: BoundQuery, use: Use): DialsError {
  const name = query.stack[use.index]?.name ?? ''
  return new DialsError(
    'FORBIDDEN',
    `The column '${name}' points to persons and is never open: it needs an agreement that covers this use.`,
    { inputPath: use.path },
  )
}

/** Leaves the denied columns out of the outputs; what sorts by one of them is refused, since an order tells about its values. */
function withhold(query: BoundQuery, denied: ReadonlySet<number>): AuthorisedQuery {
  const kept = query.outputs.map((_, position) => position).filter((position) => !denied.has(query.outputs[position]?.index ?? -1))
  if (kept.length === 0) throw new DialsError('FORBIDDEN', 'Every column of this table points to persons: none of them is open.')
  const position = (old: number): number => {
    const now = kept.indexOf(old)
    if (now === -1)
      throw new DialsError('FORBIDDEN', `The column '${query.outputs[old]?.name ?? ''}' points to persons and cannot be sorted by.`, {
        inputPath: ['orderBy'],
      })
    return now
  }
  return {
    ...query,
    outputs: kept.map((old) => query.outputs[old] as BoundQuery['outputs'][number]),
    order: query.order.map((key) => ({ ...key, column: position(key.column) })),
    having: query.having === undefined ? undefined : mapPredicate(query.having, position),
    withheld: [...denied].map((index) => ({ column: query.stack[index]?.name ?? '', decision: 'DENY', obligations: [] })),
  }
}
