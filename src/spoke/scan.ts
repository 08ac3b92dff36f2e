import type { Engine, LandedFile } from '../connector/engine.js'
import type { Relation } from '../connector/relation.js'
import { applySteps, operatorOf } from '../connector/split.js'
import type { ScanOptions, ScanReport } from '../connector/source.js'
import { shapesOf } from '../connector/shapes.js'
import type { Viewer } from '../identity/viewer.js'
import type { PlanFragment } from '../query/4-plan/physical-plan.js'
import { type FragmentOutcome, releaseAll, runFragment } from '../query/5-execute/fragment.js'
import { partsSql } from '../query/5-execute/residual.js'
import { cut, type Piece } from './cut.js'
import type { Holdings } from './holdings.js'

/** What every scan of one spoke shares. `scratchFolder` lies in memory. */
export interface ScanContext {
  readonly spokeId: string
  readonly holdings: Holdings
  readonly engine: Engine
  readonly scratchFolder: string
}

/**
 * Answers a hub's relation as Parquet parts and a report. What one source runs alone passes through as it comes; what spans sources, or
 * what a source leaves undone, this spoke's engine does over their parts.
 */
export async function* scan(
  relation: Relation,
  viewer: Viewer,
  context: ScanContext,
  options: ScanOptions,
): AsyncGenerator<LandedFile, ScanReport> {
  await context.holdings.ready()
  const { pieces, rest } = cut(relation, (leaf) => context.holdings.sourceOf(leaf, viewer))
  const fragments = await Promise.all(pieces.map((piece) => fragmentOf(piece, context.spokeId)))
  const [only] = fragments
  if (only !== undefined && fragments.length === 1 && rest.op === 'scan' && only.planned.left.length === 0) {
    const under = (pieces[0] as Piece).source.execute(only.planned, options)
    under.report.catch(() => undefined)
    for await (const part of under.parts) yield part.file
    return under.report
  }
  return yield* combine(pieces, fragments, rest, context, options)
}

async function* combine(
  pieces: readonly Piece[],
  fragments: readonly PlanFragment[],
  rest: Relation,
  { engine, scratchFolder }: ScanContext,
  options: ScanOptions,
): AsyncGenerator<LandedFile, ScanReport> {
  const run = (fragment: PlanFragment, index: number) =>
    runFragment(
      fragment,
      { connector: '', source: (pieces[index] as Piece).source, observed: () => undefined, admits: () => true },
      options,
    )
  const settled = await Promise.allSettled(fragments.map(run))
  const outcomes = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const files = outcomes.flatMap((outcome) => outcome.files)
  try {
    const rejected = settled.find((result) => result.status === 'rejected')
    if (rejected !== undefined) throw rejected.reason
    const failed = outcomes.find(({ error }) => error !== undefined)
    if (failed?.error !== undefined) throw failed.error
    const session = await engine.connect(options.signal)
    try {
      const sql = engine.compile(withLeft(rest, fragments), (leaf) => partsSql(leaf, pathsOf(outcomes, leaf.table)))
      const { rows } = yield* session.parts(sql, { folder: scratchFolder, bytesMax: options.bytesMax })
      return { ...combined(outcomes), rows }
    } finally {
      await session.close()
    }
  } finally {
    await releaseAll(files)
  }
}

async function fragmentOf({ id, source, relation, tables }: Piece, spokeId: string): Promise<PlanFragment> {
  const planned = source.plan({ relation }, await source.capabilities(tables))
  return { id, spokeId, connector: '', tables, missingColumns: [], planned, left: planned.left.map(operatorOf), estimatedRows: undefined }
}

/** What a source left undone stands on top of its part. */
function withLeft(relation: Relation, fragments: readonly PlanFragment[]): Relation {
  if (relation.op === 'union') return { ...relation, inputs: relation.inputs.map((input) => withLeft(input, fragments)) }
  if (relation.op !== 'scan') return { ...relation, input: withLeft(relation.input, fragments) }
  const planned = fragments.find(({ id }) => id === relation.table)?.planned
  if (planned === undefined) return relation
  const columns = shapesOf(planned.taken).map((shape, index) => ({ name: `c${index}`, ...shape }))
  return applySteps({ ...relation, columns }, planned.left)
}

function pathsOf(outcomes: readonly FragmentOutcome[], id: string): string[] {
  return outcomes.find(({ fragment }) => fragment.id === id)?.files.map(({ path }) => path) ?? []
}

function combined(outcomes: readonly FragmentOutcome[]): ScanReport {
  const versions = outcomes.map(({ report }) => report?.version)
  const asOf = outcomes
    .flatMap(({ report }) => (report?.asOf === undefined ? [] : [report.asOf]))
    .sort()
    .at(-1)
  const stale = outcomes.flatMap(({ report }) => report?.stale ?? [])
  return {
    truncated: outcomes.some(({ report }) => report?.truncated === true),
    ...(versions.includes(undefined) ? {} : { version: versions.join(' ').slice(0, 200) }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(stale.length === 0 ? {} : { stale }),
  }
}
