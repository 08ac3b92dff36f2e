import { createHash } from 'node:crypto'
import type { Operator } from '../../connector/capabilities.js'
import type { Shape } from '../../connector/column.js'
import type { EngineSession } from '../../connector/engine.js'
import { sqlType } from '../../engine/sql/type.js'
import { DialsError, type ErrorCode, ResultTooLarge } from '../../errors.js'
import type { AuthorisedQuery, ColumnAccess } from '../3-authorise/authorise.js'
import type { PhysicalPlan } from '../4-plan/physical-plan.js'
import type { Executed } from '../5-execute/execute.js'
import type { FragmentOutcome } from '../5-execute/fragment.js'
import { type Encoding, encodingOf, type Form, type Numbers, type Page, pageBytesMax, pageSql, renderSql, smallPageSql } from './render.js'
import { type Warning, warningsOf } from './warnings.js'

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
  readonly warnings: readonly Warning[]
  readonly version: string | null
  /**
   * The page as JSON text in UTF-8, in pieces: an array of arrays, or of objects. As it was said to be `runQuery` only, where that was
   * said.
   * @throws RESULT_TOO_LARGE beyond pageBytesMax.
   */
  json(form: Form, numbers: Numbers): Promise<Uint8Array[]>
  /** Frees the rows. Safe to call twice. */
  release(): Promise<void>
}

/**
 * How stage 5 may write a page that turns out to be small, while it answers it.
 * @param form the only way that the rows will be asked for, exact.
 */
export function writeSmall({ outputs, limit }: PhysicalPlan, form: Form): ((rows: string) => string) | undefined {
  return smallPageSql(
    outputs.map(({ name, shape }) => ({ name, shape, encoding: encodingOf(shape, false) })),
    form,
    limit,
  )
}

/**
 * Stage 6: the answer, with the state of every source. Rows that are not written yet stay in the engine until they are.
 * @param written how they were, where they are.
 */
export async function result(
  transaction: string,
  query: AuthorisedQuery,
  plan: PhysicalPlan,
  executed: Executed,
  written?: Form,
): Promise<QueryResult> {
  const { session, rows, outcomes, text } = executed
  const rowCount = Math.min(rows, plan.limit)
  const page = { rows, rowCount }
  const { wide, textBytes } = text === undefined ? await lookAt(query, session, page) : small
  const columns = plan.outputs.map(({ name, shape }, index): ResultColumn => describe(query, index, name, shape, wide.has(index)))
  return {
    transaction,
    columns,
    rowCount,
    truncated: rows > plan.limit || outcomes.some(({ report }) => report?.truncated === true),
    complete: outcomes.every(({ error }) => error === undefined),
    withheld: query.withheld,
    sources: outcomes.map(reportOf),
    warnings: warningsOf(outcomes, query.offset),
    version: versionOf(outcomes),
    async json(form, numbers) {
      if (text !== undefined) {
        if (form !== written || numbers !== 'EXACT') throw new Error(`The rows were to be asked for as exact ${written} alone.`)
        return [Buffer.from(`[${text}]`)]
      }
      if (rowCount === 0) return [Buffer.from('[]')]
      if (textBytes > pageBytesMax)
        throw new ResultTooLarge(`This page holds more than ${pageBytesMax} bytes of text. Ask for fewer rows or columns.`)
      const stretches = await session.blobs(renderSql(columns, form, numbers, page))
      return [...stretches.flatMap((stretch, index) => [Buffer.from(index === 0 ? '[' : ','), stretch as Uint8Array]), Buffer.from(']')]
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

/** What has to be known of a page before it is told of and written. */
interface Looked {
  /** INT64 columns that pass 2^53 on it. What counts rows cannot, and is not looked at. */
  readonly wide: ReadonlySet<number>
  /** Of its texts. */
  readonly textBytes: number
}

const small: Looked = { wide: new Set(), textBytes: 0 }

async function lookAt({ outputs }: AuthorisedQuery, session: EngineSession, page: Page): Promise<Looked> {
  const counts = outputs.map((output) => output.kind === 'measure' && (output.function === 'COUNT' || output.function === 'COUNT_DISTINCT'))
  const integers = outputs.flatMap(({ shape }, index) => (shape.type === 'INT64' && counts[index] !== true ? [index] : []))
  const texts = outputs.flatMap(({ shape }, index) => (sqlType(shape) === 'VARCHAR' ? [index] : []))
  if (page.rowCount === 0 || integers.length + texts.length === 0) return small
  const bounds = integers.map((index) => `max(c${index}) AS max${index}, min(c${index}) AS min${index}`)
  const bytes =
    texts.length === 0 ? [] : [`CAST(${texts.map((index) => `coalesce(sum(strlen(c${index})), 0)`).join(' + ')} AS DOUBLE) AS bytes`]
  const [row] = await session.rows(`SELECT ${[...bounds, ...bytes].join(', ')} FROM ${pageSql(page)}`)
  const isWide = (bound: unknown) => typeof bound === 'bigint' && (bound > Number.MAX_SAFE_INTEGER || bound < Number.MIN_SAFE_INTEGER)
  const wide = new Set(integers.filter((index) => isWide(row?.[`max${index}`]) || isWide(row?.[`min${index}`])))
  return { wide, textBytes: Number(row?.['bytes'] ?? 0) }
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
  const versions = outcomes.map(({ fragment, report }) =>
    report?.version === undefined ? undefined : `${fragment.tables.join(' ')} ${report.version}`,
  )
  if (versions.includes(undefined)) return null
  return createHash('sha256').update(versions.sort().join('\n')).digest('base64url').slice(0, 22)
}
