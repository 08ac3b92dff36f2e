import { counted } from '../../connector/counted.js'
import { cut, type Piece, scanOfAnswer, type Sides } from '../../connector/cut.js'
import { Pace } from '../../connector/next-turn.js'
import type { Join, Relation } from '../../connector/relation.js'
import { shapesOf } from '../../connector/shapes.js'
import { overAnswers, remainingOperators } from '../../connector/split.js'
import { supports } from '../../connector/supports.js'
import { joinsOf, mapInputs, scansOf } from '../../connector/traverse.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import { estimateRows } from './estimate.js'
import type { MatchPlan, PhysicalPlan, PlanFragment, PlanSource } from './physical-plan.js'
import { countOf, keysFor } from './place-keys.js'
import { pruneColumns } from './rewrite/prune-columns.js'
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
): Promise<Pick<PhysicalPlan, 'residual' | 'matches'> & { fragments: PlanFragment[] }> {
  const pace = new Pace()
  const { pieces, remaining } = cut(relation, sides)
  const known = { missing: missingByAlias(query), statistics }
  const fragments = new Map<string, PlanFragment>()
  for (const piece of pieces) {
    await pace.before(query.columns.length * scansOf(piece.relation).length)
    const fragment = fragmentOf(piece, sources.get(piece.side) as PlanSource, known)
    fragments.set(piece.id, { ...fragment, ...whyAggregated(piece, remaining, statistics) })
  }
  const residual = overAnswers(remaining, (id) => (fragments.get(id) as PlanFragment).planned)
  const add = async (side: string, counting: Relation): Promise<Relation> => {
    await pace.before(query.columns.length * scansOf(counting).length)
    const source = sources.get(side) as PlanSource
    // Fewer columns of a union take a projection of each input, which a source may not run below its union.
    const pruned = pruneColumns(counting)
    const piece = { id: `#${fragments.size}`, side, relation: supports(source.capabilities, pruned) ? pruned : counting }
    const fragment = fragmentOf(piece, source, known)
    fragments.set(piece.id, { ...fragment, isMatch: true, why: 'counts the matches of a join' })
    return overAnswers(scanOfAnswer(piece.id, shapesOf(piece.relation)), () => fragment.planned)
  }

  const matches: MatchPlan[] = []
  for (const { side, relation: part } of pieces) {
    for (const join of joinsOf(part)) matches[join.at ?? 0] = { relation: await add(side, matchOf(join)) }
  }
  const relationOf = new Map(pieces.map((piece) => [piece.id, piece.relation]))
  const rowsReadBy = ({ id }: PlanFragment) => {
    const relation = relationOf.get(id) as Relation
    return estimateRows(relation.op === 'aggregate' ? relation.input : relation, statistics)
  }
  const isOpen = ({ tables }: PlanFragment) => !tables.some((id) => query.protectedTables.has(id))
  for (const join of joinsOf(residual)) {
    const sent = keysFor(join, fragments, { isOpen, rowsReadBy })
    if (sent === undefined) {
      matches[join.at ?? 0] = { relation: matchOf(join) }
      continue
    }
    fragments.set(sent.fragment.id, sent.fragment)
    const whole = countOf(join, sent.side, relationOf.get(sent.fragment.id) as Relation, sent.fragment.capabilities)
    const counted = whole.relation === undefined ? whole : { ...whole, relation: await add(sent.fragment.spokeId, whole.relation) }
    matches[join.at ?? 0] = { relation: matchOf(join), whole: counted }
  }
  return { fragments: [...fragments.values()], residual, matches }
}

/** Why a piece that is aggregated below a join is. */
function whyAggregated({ id, relation }: Piece<string>, remaining: Relation, statistics: Statistics): { why?: string } {
  const isBelow = ({ left, right, weights }: Join) =>
    [weights?.left === undefined ? [] : scansOf(left), weights?.right === undefined ? [] : scansOf(right)]
      .flat()
      .some(({ table }) => table === id)
  if (relation.op !== 'aggregate' || !joinsOf(remaining).some(isBelow)) return {}
  const rows = estimateRows(relation.input, statistics)
  return { why: `adds up ${rows === undefined ? 'its rows' : `about ${counted(rows, 'row')}`} by the keys of a join` }
}

function matchOf({ op: _, at: __, ...sides }: Join): Relation {
  return { op: 'match', ...sides }
}

function fragmentOf({ id, side: spokeId, relation }: Piece<string>, source: PlanSource, { missing, statistics }: Known): PlanFragment {
  const scans = scansOf(relation)
  const asked = { relation: atSource(relation, spokeId) }
  const planned = source.plan(asked, source.capabilities)
  return {
    ...{ id, spokeId, planned, asked, capabilities: source.capabilities, isMatch: false, stage: 0, keys: [] },
    tables: scans.map(({ table }) => table),
    connector: source.connector,
    missingColumns: [...new Set(scans.flatMap(({ alias = '' }) => missing.get(alias) ?? []))],
    remaining: remainingOperators(planned.remaining),
    estimatedRows: estimateRows(planned.pushed, { get: (table) => statistics.get(`${spokeId}/${table}`) }),
  }
}

/** Whether a source would run the whole of a relation over its tables. */
export function runsWhole(relation: Relation, spokeId: string, { plan, capabilities }: PlanSource): boolean {
  return plan({ relation: atSource(relation, spokeId) }, capabilities).remaining.op === 'scan'
}

/** The relation as its source knows it: tables by its own ids, and nothing that only the hub needs. */
function atSource(relation: Relation, spokeId: string): Relation {
  if (relation.op === 'scan') return { op: 'scan', table: localId(relation.table, spokeId), columns: relation.columns }
  const mapped = mapInputs(relation, (input) => atSource(input, spokeId))
  if (mapped.op !== 'join') return mapped
  const { at: _, ...join } = mapped
  return join
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
