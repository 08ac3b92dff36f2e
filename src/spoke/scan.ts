import { createHash } from 'node:crypto'
import type { Capabilities } from '../connector/capabilities.js'
import { collectParts } from '../connector/collect-parts.js'
import { cut, type Piece } from '../connector/cut.js'
import type { Engine, LandedFile } from '../connector/engine.js'
import type { Relation } from '../connector/relation.js'
import { pushFilters } from '../connector/push-filters.js'
import { overAnswers } from '../connector/split.js'
import type { PlannedFragment, ScanOptions, ScanReport, Source } from '../connector/source.js'
import { sourceOf, sourceSides } from '../connector/source-sides.js'
import { scansOf } from '../connector/traverse.js'
import { SourceTimeout, toDialsError } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import type { AcceptedGrant, Agreements } from './agreements.js'
import { decideScan } from './decide-scan.js'
import type { Holdings } from './holdings.js'

/** What all scans of a spoke share. `scratchFolder` must be in memory (tmpfs). */
export interface ScanContext {
  readonly spokeId: string
  readonly holdings: Holdings
  readonly agreements: Agreements
  readonly engine: Engine
  readonly scratchFolder: string
}

/** A piece of the relation, as its source runs it. */
interface Planned {
  readonly id: string
  readonly source: Source
  readonly fragment: PlannedFragment
}

/**
 * Answers a hub's relation with Parquet parts and a report. The parts of a relation that one source runs alone are passed on as they
 * arrive. Otherwise this spoke's engine runs the remainder over the parts.
 * @throws FORBIDDEN, AGREEMENT_REQUIRED, PURPOSE_REQUIRED or PURPOSE_NOT_PERMITTED where the viewer may not use a table or column like this.
 * The spoke decides this before it plans.
 */
export async function* scan(
  asked: Relation,
  viewer: Viewer,
  grant: AcceptedGrant | undefined,
  context: ScanContext,
  limits: ScanOptions,
): AsyncGenerator<LandedFile, ScanReport> {
  await context.holdings.ready()
  const { relation, rowsMax, isUnderAgreement } = decideScan(asked, viewer, grant, context)
  const options = { ...limits, rowsMax: Math.min(limits.rowsMax, rowsMax) }
  const capabilities = await capabilitiesOf(relation, context.holdings)
  const sides = sourceSides(
    (leaf) => context.holdings.holdingOf(leaf.table).source,
    (source) => capabilities.get(source) as Capabilities,
  )
  const { pieces, remaining } = cut(
    pushFilters(relation, (filter) => sourceOf(filter, sides) !== undefined),
    sides,
  )
  const planned = new Map(pieces.map((piece) => [piece.id, plannedPiece(piece, capabilities)]))
  const rest = overAnswers(remaining, (id) => (planned.get(id) as Planned).fragment)
  const [only] = planned.values()
  const report = yield* only !== undefined && rest.op === 'scan'
    ? passThrough(only, options)
    : combine([...planned.values()], rest, context, options)
  if (!isUnderAgreement) return report
  // A version is a digest of all that the table holds: of guessable values it tells those that were withheld.
  const { version: _, ...told } = report
  return told
}

/** The capabilities of every source that a relation reads. */
async function capabilitiesOf(relation: Relation, holdings: Holdings): Promise<ReadonlyMap<Source, Capabilities>> {
  const tables = new Map<Source, string[]>()
  for (const leaf of scansOf(relation)) {
    const { source } = holdings.holdingOf(leaf.table)
    const own = tables.get(source)
    if (own === undefined) tables.set(source, [leaf.table])
    else own.push(leaf.table)
  }
  return new Map(await Promise.all([...tables].map(async ([source, own]) => [source, await source.capabilities(own)] as const)))
}

function plannedPiece({ id, side: source, relation }: Piece<Source>, capabilities: ReadonlyMap<Source, Capabilities>): Planned {
  return { id, source, fragment: source.plan({ relation }, capabilities.get(source) as Capabilities) }
}

async function* passThrough({ source, fragment }: Planned, options: ScanOptions): AsyncGenerator<LandedFile, ScanReport> {
  const under = source.execute(fragment, options)
  under.report.catch(() => undefined)
  for await (const part of under.parts) yield part.file
  return under.report
}

/** Runs the pieces side by side, then the remainder over their answers. */
async function* combine(
  planned: readonly Planned[],
  remaining: Relation,
  { engine, scratchFolder }: ScanContext,
  options: ScanOptions,
): AsyncGenerator<LandedFile, ScanReport> {
  const parts = new Map(planned.map(({ id }) => [id, [] as LandedFile[]]))
  try {
    const reports = await collectAll(planned, parts, options)
    const { signal, bytesMax, compression } = options
    const { rows } = yield* engine.combine(remaining, parts, { folder: scratchFolder, bytesMax, compression, signal })
    return { ...combined(reports), rows }
  } finally {
    await Promise.all([...parts.values()].flat().map((file) => file.release()))
  }
}

/**
 * Collects the parts of all pieces in `parts`, and returns their reports. The first piece that fails ends the others, and its error is
 * thrown.
 */
async function collectAll(
  planned: readonly Planned[],
  parts: ReadonlyMap<string, LandedFile[]>,
  options: ScanOptions,
): Promise<ScanReport[]> {
  const others = new AbortController()
  const own = { ...options, signal: AbortSignal.any([options.signal, others.signal]), name: 'A source of this spoke' }
  let failure: { readonly thrown: unknown } | undefined
  const collected = planned.map(async ({ id, source, fragment }) => {
    try {
      return await collectParts(() => source.execute(fragment, own), parts.get(id) as LandedFile[], own)
    } catch (thrown) {
      failure ??= { thrown }
      others.abort()
      throw thrown
    }
  })
  const settled = await Promise.allSettled(collected)
  if (options.signal.aborted) throw new SourceTimeout('The sources of this spoke did not answer in time.', { cause: failure?.thrown })
  if (failure !== undefined) throw toDialsError(failure.thrown)
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

function combined(reports: readonly ScanReport[]): ScanReport {
  const versions = reports.map(({ version }) => version)
  const asOf = reports
    .flatMap((report) => report.asOf ?? [])
    .sort()
    .at(-1)
  const stale = reports.flatMap((report) => report.stale ?? [])
  const totals = reports.flatMap((report) => report.totals ?? [])
  return {
    truncated: reports.some(({ truncated }) => truncated),
    ...(versions.includes(undefined) ? {} : { version: createHash('sha256').update(versions.join(' ')).digest('base64url') }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(stale.length === 0 ? {} : { stale }),
    ...(totals.length === 0 ? {} : { totals }),
  }
}
