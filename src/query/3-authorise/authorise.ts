import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Relation } from '../../connector/relation.js'
import { DialsError } from '../../errors.js'
import { decideTable, type TableDecision } from '../../policy/decide.js'
import type { AgreementPair, AskedColumn, PolicyRequest } from '../../policy/request.js'
import type { Refusal } from '../../policy/refusals.js'
import { obligationText } from '../../policy/obligations.js'
import { type TableUses, usesOfRelation } from '../../policy/uses-of-relation.js'
import type { Path } from '../1-parse/filter.js'
import type { BoundQuery, Origin } from '../2-bind/bound-query.js'
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
  /** What is done to values before they leave their spoke, by the column's position in `columns`. */
  readonly obligations: ReadonlyMap<number, readonly string[]>
  /**
   * The ids of the tables of which it reads what not everybody may: tables that are not open, and open ones with a personal column that it
   * reads. Their spokes have to know who asks, and nothing of them is sent to another source.
   */
  readonly protectedTables: ReadonlySet<string>
  /** The agreements that tables rest on, by the ids of the tables. */
  readonly pairs: ReadonlyMap<string, AgreementPair>
  /** The purpose that the request confirms. */
  readonly purpose: string | undefined
}

/**
 * Stage 3: decides access for each table and each use of a column, and denies what is not allowed: policy/decide.ts, which the spoke asks
 * again for itself.
 * @throws AGREEMENT_REQUIRED, PURPOSE_REQUIRED, PURPOSE_NOT_PERMITTED, UNAUTHENTICATED or FORBIDDEN, with the place of the table or column.
 */
export function authorise(query: BoundQuery, request: PolicyRequest): AuthorisedQuery {
  const uses = usesOfRelation(query.relation)
  const named = namedColumns(query)
  const decisions = new Map<string, TableDecision>()
  for (const table of query.tables.values()) {
    const asked = uses.get(table.id) ?? { columns: new Map(), countsRows: true }
    const { columns, countsRows } = asked
    const decision = decideTable({ ...table, owner: table.organisationId }, askedColumns(table, columns, named), request, { countsRows })
    if (decision.refusal !== undefined) throw refused(query, table.id, decision.refusal)
    decisions.set(table.id, decision)
  }
  const decisionOf = ({ table, column }: Origin) => decisions.get(table)?.columns.get(column.name)
  const denied = new Set<number>()
  const obligations = new Map<number, readonly string[]>()
  for (const [index, { origins }] of query.columns.entries()) {
    const decided = origins.map(decisionOf)
    if (decided.some((column) => column === undefined || column.decision === 'DENY')) denied.add(index)
    else if (decided.some((column) => column?.decision === 'MASK'))
      obligations.set(index, [...new Set(decided.flatMap((column) => column?.obligations.map(obligationText) ?? []))])
  }
  return withhold(query, denied, {
    obligations,
    purpose: request.purpose,
    pairs: new Map([...decisions].flatMap(([id, { pair }]) => (pair === undefined ? [] : [[id, pair] as const]))),
  })
}

/** The published columns that the client named, and not only asked for by leaving out `select`: by table and name. */
function namedColumns({ uses, columns }: BoundQuery): ReadonlySet<string> {
  const explicit = uses.filter(({ implicit }) => !implicit).flatMap(({ column }) => columns[column]?.origins ?? [])
  return new Set(explicit.map(({ table, column }) => nameOf(table, column.name)))
}

const nameOf = (table: string, column: string) => JSON.stringify([table, column])

function askedColumns({ id, columns }: QueryTable, uses: TableUses['columns'], named: ReadonlySet<string>): AskedColumn[] {
  return columns
    .filter(({ name }) => uses.has(name))
    .map(({ name, type, scale, sensitivity }) => ({
      name,
      shape: scale === null ? { type } : { type, scale },
      sensitivity,
      uses: [...(uses.get(name) ?? [])],
      isNamed: named.has(nameOf(id, name)),
    }))
}

/** The error of a refusal, with the place of the column, or else of the table. */
function refused({ uses, columns, places }: BoundQuery, table: string, { code, message, column }: Refusal): DialsError {
  const use = uses.find(
    (one) =>
      !one.implicit && columns[one.column]?.origins.some((origin) => origin.table === table && origin.column.name === column) === true,
  )
  const inputPath: Path = use?.path ?? places.get(table) ?? ['from']
  return new DialsError(code, message, { inputPath })
}

/** A denied column is not read, so a personal column that is left is one that the viewer may read. */
function protectedOf({ tables, columns }: BoundQuery, denied: ReadonlySet<number>): ReadonlySet<string> {
  const personal = columns.flatMap(({ origins }, index) =>
    denied.has(index) ? [] : origins.filter(({ column }) => column.sensitivity !== 'NONE').map(({ table }) => table),
  )
  return new Set([...personal, ...[...tables.values()].flatMap(({ id, access }) => (access === 'OPEN' ? [] : [id]))])
}

/** Replaces denied columns by null in the relation, and omits them from the answer. */
function withhold(
  bound: BoundQuery,
  denied: ReadonlySet<number>,
  decided: Pick<AuthorisedQuery, 'obligations' | 'pairs' | 'purpose'>,
): AuthorisedQuery {
  const { places: _, ...query } = bound
  const protectedTables = protectedOf(bound, denied)
  if (denied.size === 0) return { ...query, ...decided, withheld: [], protectedTables }
  const kept = query.outputs.flatMap(({ column }, index) => (column !== undefined && denied.has(column) ? [] : [index]))
  if (kept.length === 0)
    throw new DialsError('FORBIDDEN', 'Every column of these tables points to persons: none of them is open.', { inputPath: ['from'] })
  const masked = maskColumns(query, denied)
  const relation: Relation = { op: 'project', outputs: kept.map((index) => ({ kind: 'column', index })), input: masked }
  return {
    ...query,
    ...decided,
    protectedTables,
    relation,
    columns: query.columns.map((column, index) => (denied.has(index) ? { ...column, origins: [], missingIn: [] } : column)),
    outputs: kept.map((index) => query.outputs[index] as BoundQuery['outputs'][number]),
    withheld: [...denied].map((column) => ({ column: query.columns[column]?.name ?? '', decision: 'DENY', obligations: [] })),
  }
}
