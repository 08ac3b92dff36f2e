import type { QueryTable } from '../../catalogue/tables-for-query.js'
import { mayReadColumn, type Readable, readableBy } from '../../connector/may-read.js'
import type { Relation } from '../../connector/relation.js'
import type { Viewer } from '../../identity/viewer.js'
import { DialsError } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import type { BoundQuery, Origin, Use } from '../2-bind/bound-query.js'
import { maskColumns } from './mask-columns.js'

/** A column that the answer omits, and why. Hidden columns are never listed. */
export interface ColumnAccess {
  readonly column: string
  readonly decision: 'ALLOW' | 'MASK' | 'DENY'
  readonly obligations: readonly string[]
}

/** A query after every use of a column was decided. Its relation reads no denied column. */
export interface AuthorisedQuery extends Omit<BoundQuery, 'places'> {
  /** Columns that the viewer may not see. The answer omits them because `select` did not name them. */
  readonly withheld: readonly ColumnAccess[]
  /**
   * The ids of the tables of which it reads what not everybody may: tables that are not open, and open ones with a personal column that it
   * reads. Their spokes have to know who asks, and nothing of them is sent to another source.
   */
  readonly protectedTables: ReadonlySet<string>
}

/**
 * Stage 3: decides access for each table and each use of a column, and denies what is not allowed. Open data needs no purpose. A shared
 * table needs a viewer of an organisation that it is shared with. A closed table needs an agreement, and agreements cannot be made yet. An
 * organisation reads its own tables. A personal column is never open: only its own organisation reads it, where its spoke says so.
 * @throws AGREEMENT_REQUIRED, UNAUTHENTICATED or FORBIDDEN, with the place of the table or column.
 */
export function authorise(query: BoundQuery, viewer: Viewer): AuthorisedQuery {
  const readable = new Map<string, Readable>()
  for (const table of query.tables.values()) {
    readable.set(table.id, readableTable(table, viewer, query.places.get(table.id) ?? ['from']))
  }
  const mayRead = ({ table, column }: Origin) => mayReadColumn(readable.get(table) ?? 'NOTHING', column.sensitivity)
  const personal = new Set(query.columns.flatMap(({ origins }, index) => (origins.every(mayRead) ? [] : [index])))
  const denied = new Set<number>()
  for (const use of query.uses) {
    if (!personal.has(use.column)) continue
    if (!use.implicit) throw forbiddenColumn(query, use)
    denied.add(use.column)
  }
  return withhold(query, denied)
}

function readableTable(table: QueryTable, { organisation }: Viewer, inputPath: Path): Readable {
  const readable = readableBy({ ...table, owner: table.organisationId }, organisation)
  if (readable === 'NOTHING') throw refusedTable(table, organisation, inputPath)
  return readable
}

function refusedTable({ id, access }: QueryTable, organisation: string | undefined, inputPath: Path): DialsError {
  if (access === 'CLOSED') {
    return new DialsError(
      'AGREEMENT_REQUIRED',
      `The table ${id} is closed: its own organisation alone may read it, and others need an agreement in force that covers it.`,
      { inputPath },
    )
  }
  if (organisation === undefined) {
    return new DialsError('UNAUTHENTICATED', `The table ${id} is shared with some organisations: send the token of one of them.`, {
      inputPath,
    })
  }
  return new DialsError('FORBIDDEN', `The table ${id} is not shared with your organisation.`, { inputPath })
}

/** A denied column is not read, so a personal column that is left is one that the viewer may read. */
function protectedOf({ tables, columns }: BoundQuery, denied: ReadonlySet<number>): ReadonlySet<string> {
  const personal = columns.flatMap(({ origins }, index) =>
    denied.has(index) ? [] : origins.filter(({ column }) => column.sensitivity !== 'NONE').map(({ table }) => table),
  )
  return new Set([...personal, ...[...tables.values()].flatMap(({ id, access }) => (access === 'OPEN' ? [] : [id]))])
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
function withhold(bound: BoundQuery, denied: ReadonlySet<number>): AuthorisedQuery {
  const { places: _, ...query } = bound
  const protectedTables = protectedOf(bound, denied)
  if (denied.size === 0) return { ...query, withheld: [], protectedTables }
  const kept = query.outputs.flatMap(({ column }, index) => (column !== undefined && denied.has(column) ? [] : [index]))
  if (kept.length === 0)
    throw new DialsError('FORBIDDEN', 'Every column of these tables points to persons: none of them is open.', { inputPath: ['from'] })
  const masked = maskColumns(query, denied)
  const relation: Relation = { op: 'project', outputs: kept.map((index) => ({ kind: 'column', index })), input: masked }
  return {
    ...query,
    protectedTables,
    relation,
    columns: query.columns.map((column, index) => (denied.has(index) ? { ...column, origins: [], missingIn: [] } : column)),
    outputs: kept.map((index) => query.outputs[index] as BoundQuery['outputs'][number]),
    withheld: [...denied].map((column) => ({ column: query.columns[column]?.name ?? '', decision: 'DENY', obligations: [] })),
  }
}
