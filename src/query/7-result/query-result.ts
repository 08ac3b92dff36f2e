import { createHash } from 'node:crypto'
import type { Receipt, Recorded } from '../../audit/auditor.js'
import type { Operator } from '../../connector/capabilities.js'
import type { Shape } from '../../connector/column.js'
import type { Answer, Encoding, Numbers, RowFormat } from '../../connector/engine.js'
import { DialsError, type ErrorCode } from '../../errors.js'
import type { BoundJoin, Output } from '../2-bind/bound-query.js'
import type { AuthorisedQuery, ColumnAccess } from '../3-authorise/authorise.js'
import type { PhysicalPlan } from '../4-plan/physical-plan.js'
import type { Executed } from '../6-execute/execute.js'
import type { FragmentOutcome } from '../6-execute/fragment.js'
import { columnWarnings, notWgs84 } from './column-warnings.js'
import { type MatchReport, matchReport } from './match-report.js'
import { unknownPartners, type Warning, warningsOf } from './warnings.js'

/** The state of one source in one query (SourceReport of graphql/surface.graphql). */
export interface SourceReport {
  readonly spoke: string
  readonly tables: readonly string[]
  readonly status: 'OK' | 'FAILED' | 'TIMED_OUT' | 'TRUNCATED' | 'SKIPPED'
  readonly rows: number | null
  readonly bytes: number | null
  readonly elapsedMs: number
  readonly pushedDown: readonly Operator[]
  readonly missingColumns: readonly string[]
  readonly asOf: string | null
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

/** A column of an answer. `unit` and `semanticType` are null where they are not known. */
export interface AnsweredColumn {
  readonly name: string
  readonly shape: Shape
  readonly semanticType: string | null
  readonly unit: string | null
  /** The table that the column comes from; null for a union, a measure or a bucket. */
  readonly table: string | null
  /** MASK: its values were changed at their spoke. */
  readonly decision: 'ALLOW' | 'MASK'
  /** What was done to them. */
  readonly obligations: readonly string[]
}

/** A column of a page, and how its cells appear in JSON. */
export interface ResultColumn extends AnsweredColumn {
  readonly encoding: Encoding
}

/** What is to be known about an answer, without its rows. */
export interface AnswerReport {
  readonly transaction: string
  readonly columns: readonly AnsweredColumn[]
  readonly rowCount: number
  readonly truncated: boolean
  readonly complete: boolean
  readonly withheld: readonly ColumnAccess[]
  readonly sources: readonly SourceReport[]
  readonly matches: readonly MatchReport[]
  readonly warnings: readonly Warning[]
  readonly version: string | null
  /** Proves that the query was recorded before anything was read. Null where only a count of it is kept. */
  readonly receipt: Receipt | null
}

/** The answer to a query. Its rows are written as JSON text on demand, until it is released. */
export interface QueryResult extends AnswerReport {
  readonly columns: readonly ResultColumn[]
  /** Which coordinates that it reads are not in WGS84. Undefined where all are. */
  readonly notWgs84: string | undefined
  /**
   * The page as JSON text in UTF-8, in pieces: an array of arrays, or of objects. Where `runQuery` was given a format, only that format
   * with exact numbers, and only once.
   * @throws RESULT_TOO_LARGE where the page has more than 64 MiB of text.
   */
  json(format: RowFormat, numbers: Numbers): Promise<Uint8Array[]>
  /** Frees the rows. Safe to call twice. */
  release(): Promise<void>
}

/** A transaction that is in the audit log, and its receipt. */
export type Transaction = Pick<Recorded, 'transaction' | 'receipt'>

/** Stage 7 of a page: describes it and the state of every source. The rows stay in the engine until they are written. */
export function result(recorded: Transaction, query: AuthorisedQuery, plan: PhysicalPlan, executed: Executed<Answer>): QueryResult {
  const { answer } = executed
  const report = reportOn(recorded, query, plan, executed, Math.min(answer.rows, plan.limit))
  return {
    ...report,
    columns: report.columns.map((column, index) => ({ ...column, encoding: answer.encodings[index] as Encoding })),
    truncated: answer.rows > plan.limit || report.truncated,
    notWgs84: notWgs84(query),
    json: (format, numbers) => answer.json(format, numbers),
    release: () => answer.release(),
  }
}

/** Stage 7: describes an answer of so many rows and the state of every source. */
export function reportOn(
  { transaction, receipt }: Transaction,
  query: AuthorisedQuery,
  plan: PhysicalPlan,
  { outcomes, matches }: Pick<Executed<unknown>, 'outcomes' | 'matches'>,
  rowCount: number,
): AnswerReport {
  return {
    transaction,
    columns: query.outputs.map((output) => describe(output, query)),
    rowCount,
    truncated: outcomes.some(({ report }) => report?.truncated === true),
    complete: outcomes.every(({ error }) => error === undefined),
    withheld: query.withheld,
    sources: reported(outcomes).map(reportOf),
    matches: matches.map((counts, index) => matchReport(query.joins[index] as BoundJoin, counts)),
    warnings: [
      ...warningsOf(outcomes, query.offset, query.joins.length),
      ...unknownPartners(plan.matches, query.joins, outcomes),
      ...columnWarnings(query),
    ],
    version: versionOf(outcomes),
    receipt,
  }
}

/** Throws VERSION_CHANGED where the content is not that of `atVersion`. */
export function checkVersion(atVersion: string | undefined, version: string | null): void {
  if (atVersion === undefined || version === atVersion) return
  const why = version === null ? 'A source of this query has no version' : 'The content of a source has changed since that version'
  throw new DialsError('VERSION_CHANGED', `${why}. Begin again from the first page.`, { inputPath: ['atVersion'] })
}

function describe({ name, shape, semanticType, unit, table, column }: Output, query: AuthorisedQuery): AnsweredColumn {
  const obligations = column === undefined ? undefined : query.obligations.get(column)
  const decided = { decision: obligations === undefined ? ('ALLOW' as const) : ('MASK' as const), obligations: obligations ?? [] }
  return { name, shape, semanticType: semanticType ?? null, unit: unit ?? null, table: table ?? null, ...decided }
}

/** What reads rows, and of what only counts matches one that failed, for each source of which no read has failed. */
function reported(outcomes: readonly FragmentOutcome[]): FragmentOutcome[] {
  const failed = new Set<string>()
  const kept = outcomes.filter(({ fragment }) => !fragment.isMatch)
  for (const { fragment, error } of kept) if (error !== undefined) failed.add(fragment.spokeId)
  for (const outcome of outcomes) {
    const { fragment, error } = outcome
    if (!fragment.isMatch || error === undefined || failed.has(fragment.spokeId)) continue
    failed.add(fragment.spokeId)
    kept.push(outcome)
  }
  return kept
}

function reportOf(outcome: FragmentOutcome): SourceReport {
  const { fragment, report, error } = outcome
  const failed = error?.code === 'SOURCE_TIMEOUT' ? 'TIMED_OUT' : 'FAILED'
  return {
    spoke: fragment.spokeId,
    tables: fragment.tables,
    status: error !== undefined ? failed : outcome.isSkipped ? 'SKIPPED' : report?.truncated === true ? 'TRUNCATED' : 'OK',
    rows: report?.rows ?? null,
    bytes: error === undefined ? outcome.bytes : null,
    elapsedMs: outcome.elapsedMs,
    pushedDown: fragment.planned.pushedDown,
    missingColumns: fragment.missingColumns,
    asOf: report?.asOf ?? null,
    error: error === undefined ? null : { code: error.code, message: error.message },
  }
}

/** Changes whenever the content of a source does. Null where a source has no version or did not answer. */
export function versionOf(outcomes: readonly FragmentOutcome[]): string | null {
  const versions = outcomes.map(({ fragment, report }) =>
    report?.version === undefined ? undefined : `${fragment.tables.join(' ')} ${report.version}`,
  )
  if (versions.includes(undefined)) return null
  return createHash('sha256').update(versions.sort().join('\n')).digest('base64url').slice(0, 22)
}
