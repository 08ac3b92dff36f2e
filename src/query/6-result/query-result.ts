import { createHash } from 'node:crypto'
import type { Operator } from '../../connector/capabilities.js'
import type { ColumnType, Shape } from '../../connector/column.js'
import { DialsError, type ErrorCode, ResultTooLarge } from '../../errors.js'
import type { AuthorisedQuery, ColumnAccess } from '../3-authorise/authorise.js'
import type { PhysicalPlan } from '../4-plan/physical-plan.js'
import type { Executed } from '../5-execute/execute.js'
import type { FragmentOutcome } from '../5-execute/fragment.js'
import { type Encoding, encodingOf, type Numbers, renderSql } from './render.js'

/** Bytes of one page's JSON, roughly. */
const pageBytesMax = 64 * 1024 * 1024

/** The state of one source in one query. */
export interface SourceReport {
  readonly spoke: string
  readonly tables: readonly string[]
  readonly status: 'OK' | 'FAILED' | 'TIMED_OUT' | 'TRUNCATED'
  readonly rows: number | null
  readonly bytes: number | null
  readonly elapsedMs: number
  readonly pushedDown: readonly Operator[]
  readonly missingColumns: readonly string[]
  readonly asOf: string | null
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

/** A column of an answer. `unit` and `semanticType` are null where an expression has none. */
export interface ResultColumn {
  readonly name: string
  readonly shape: Shape
  readonly encoding: Encoding
  readonly semanticType: string | null
  readonly unit: string | null
  /** The one table the column comes from; null for a stack, a measure or a bucket. */
  readonly table: string | null
}

/** The answer to a query: what is known of it, and its rows as JSON text on demand until it is released. */
export interface QueryResult {
  readonly transaction: string
  readonly columns: readonly ResultColumn[]
  readonly rowCount: number
  readonly truncated: boolean
  readonly complete: boolean
  readonly withheld: readonly ColumnAccess[]
  readonly sources: readonly SourceReport[]
  readonly version: string | null
  /** The page as JSON text: an array of arrays, or of objects. */
  text(form: 'rows' | 'records', numbers: Numbers): Promise<string>
  /** Frees the rows. Safe to call twice. */
  release(): Promise<void>
}

/** Stage 6: the answer, with the state of every source. The rows stay in the engine until they are written out. */
export async function result(transaction: string, query: AuthorisedQuery, plan: PhysicalPlan, executed: Executed): Promise<QueryResult> {
  const { session, rows, outcomes } = executed
  const wide = await measure(executed, plan)
  const columns = plan.outputs.map(({ name, shape }, index): ResultColumn => describe(query, index, name, shape, wide[index] === true))
  return {
    transaction,
    columns,
    rowCount: Math.min(rows, plan.limit),
    truncated: rows > plan.limit || outcomes.some(({ report }) => report?.truncated === true),
    complete: outcomes.every(({ error }) => error === undefined),
    withheld: query.withheld,
    sources: outcomes.map(reportOf),
    version: versionOf(outcomes),
    async text(form, numbers) {
      const [row] = await session.rows(renderSql(columns, form, numbers, plan.limit))
      return String(row?.['text'])
    },
    release: () => session.close(),
  }
}

/** Refuses with VERSION_CHANGED when the content is not that of `atVersion`. */
export function checkVersion(atVersion: string | undefined, version: string | null): void {
  if (atVersion === undefined || version === atVersion) return
  const why = version === null ? 'A source of this query has no version' : 'The content of a source has changed since that version'
  throw new DialsError('VERSION_CHANGED', `${why}. Begin again from the first page.`, { inputPath: ['atVersion'] })
}

/** Of the page alone, without the row that tells of more: which INT64 columns pass 2^53, and whether its text stays within bounds. */
async function measure({ session, rows }: Executed, { outputs, limit }: PhysicalPlan): Promise<boolean[]> {
  const onPage = rows > limit ? ` FILTER (WHERE rowid < ${limit})` : ''
  const isOf = (...types: ColumnType[]) => outputs.flatMap(({ shape }, index) => (types.includes(shape.type) ? [index] : []))
  const texts = isOf('STRING', 'GEOMETRY', 'JSON', 'LIST').map((index) => `coalesce(sum(strlen(c${index}))${onPage}, 0)`)
  const integers = isOf('INT64').map((index) => `max(c${index})${onPage} AS max${index}, min(c${index})${onPage} AS min${index}`)
  if (texts.length + integers.length === 0) return []
  const [row] = await session.rows(`SELECT ${[`CAST(${texts.join(' + ') || '0'} AS DOUBLE) AS bytes`, ...integers].join(', ')} FROM result`)
  if (Number(row?.['bytes']) > pageBytesMax) {
    throw new ResultTooLarge(`This page holds more than ${pageBytesMax} bytes of text. Ask for fewer rows or columns.`)
  }
  const isWide = (bound: unknown) => typeof bound === 'bigint' && (bound > Number.MAX_SAFE_INTEGER || bound < Number.MIN_SAFE_INTEGER)
  return outputs.map((_, index) => isWide(row?.[`max${index}`]) || isWide(row?.[`min${index}`]))
}

function describe(query: AuthorisedQuery, index: number, name: string, shape: Shape, wide: boolean): ResultColumn {
  const output = query.outputs[index]
  const column = output?.index === undefined ? undefined : query.stack[output.index]
  const same = output?.kind === 'column' || (output?.kind === 'group' && output.expression.kind === 'column')
  return {
    name,
    shape,
    encoding: encodingOf(shape, wide),
    semanticType: (same ? column?.semanticType : undefined) ?? null,
    unit: (same ? column?.unit : undefined) ?? null,
    table: same && query.leaves.length === 1 ? (query.leaves[0]?.table.id ?? null) : null,
  }
}

function reportOf(outcome: FragmentOutcome): SourceReport {
  const { fragment, report, error } = outcome
  const failed = error?.code === 'SOURCE_TIMEOUT' ? 'TIMED_OUT' : 'FAILED'
  return {
    spoke: fragment.spokeId,
    tables: fragment.tables,
    status: error !== undefined ? failed : report?.truncated === true ? 'TRUNCATED' : 'OK',
    rows: report?.rows ?? null,
    bytes: error === undefined ? outcome.bytes : null,
    elapsedMs: outcome.elapsedMs,
    pushedDown: fragment.planned.pushedDown,
    missingColumns: fragment.missingColumns,
    asOf: report?.asOf ?? null,
    error: error === undefined ? null : { code: error.code, message: error.message },
  }
}

/** Changes whenever the content of any source did; null where one has no version, or did not answer. */
function versionOf(outcomes: readonly FragmentOutcome[]): string | null {
  const versions = outcomes.map(({ fragment, report }) => (report?.version === undefined ? undefined : `${fragment.tables.join(' ')} ${report.version}`))
  if (versions.includes(undefined)) return null
  return createHash('sha256').update(versions.sort().join('\n')).digest('base64url').slice(0, 22)
}
