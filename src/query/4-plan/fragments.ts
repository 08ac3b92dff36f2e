import { cut, type Piece, type Sides } from '../../connector/cut.js'
import { Pace } from '../../connector/next-turn.js'
import type { Relation } from '../../connector/relation.js'
import { overAnswers, remainingOperators } from '../../connector/split.js'
import { mapScans, scansOf } from '../../connector/traverse.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import { estimateRows } from './estimate.js'
import type { PlanFragment, PlanSource } from './physical-plan.js'
import type { Statistics } from './table-statistics.js'

/** What the catalogue and the query say about tables, by the hub's ids. */
interface Known {
  /** Columns of the query that a table lacks. */
  readonly missing: ReadonlyMap<string, readonly string[]>
  readonly statistics: Statistics
}

/**
 * Cuts a relation into a fragment for each source, and the residual. The part of a fragment that its source does not run goes into the
 * residual.
 */
export async function fragmentsOf(
  relation: Relation,
  sides: Sides<string>,
  query: AuthorisedQuery,
  sources: ReadonlyMap<string, PlanSource>,
  statistics: Statistics,
): Promise<{ fragments: PlanFragment[]; residual: Relation }> {
  const pace = new Pace()
  const { pieces, remaining } = cut(relation, sides)
  const known = { missing: missingByAlias(query), statistics }
  const fragments = new Map<string, PlanFragment>()
  for (const piece of pieces) {
    await pace.before(query.columns.length * scansOf(piece.relation).length)
    fragments.set(piece.id, fragmentOf(piece, sources.get(piece.side) as PlanSource, known))
  }
  const residual = overAnswers(remaining, (id) => (fragments.get(id) as PlanFragment).planned)
  return { fragments: [...fragments.values()], residual }
}

function fragmentOf({ id, side: spokeId, relation }: Piece<string>, source: PlanSource, { missing, statistics }: Known): PlanFragment {
  const scans = scansOf(relation)
  const localised = mapScans(relation, ({ table, columns }) => ({ op: 'scan', table: localId(table, spokeId), columns }))
  const planned = source.plan({ relation: localised }, source.capabilities)
  return {
    ...{ id, spokeId, planned },
    tables: scans.map(({ table }) => table),
    connector: source.connector,
    missingColumns: [...new Set(scans.flatMap(({ alias = '' }) => missing.get(alias) ?? []))],
    remaining: remainingOperators(planned.remaining),
    estimatedRows: estimateRows(planned.pushed, { get: (table) => statistics.get(`${spokeId}/${table}`) }),
  }
}

function missingByAlias({ columns }: AuthorisedQuery): Map<string, string[]> {
  const missing = new Map<string, string[]>()
  for (const { name, missingIn } of columns) {
    for (const alias of missingIn) {
      const names = missing.get(alias)
      if (names === undefined) missing.set(alias, [name])
      else names.push(name)
    }
  }
  return missing
}

/** A table's id at its spoke: `camden/libraries/libraries` is `libraries/libraries` at Camden. */
export function localId(id: string, spokeId: string): string {
  return id.slice(spokeId.length + 1)
}
