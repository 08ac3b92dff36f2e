import { randomUUID } from 'node:crypto'
import { deadlineAfter } from '../connector/deadline.js'
import type { Engine, RowFormat } from '../connector/engine.js'
import type { Viewer } from '../identity/viewer.js'
import { DialsError, toDialsError } from '../errors.js'
import { type ParsedQuery, parse } from './1-parse/parse.js'
import { bind } from './2-bind/bind.js'
import type { QueryCatalogue } from './2-bind/query-catalogue.js'
import { type AuthorisedQuery, authorise } from './3-authorise/authorise.js'
import type { PhysicalPlan, PlanFragment, PlanSource } from './4-plan/physical-plan.js'
import { drawRelation } from './4-plan/draw.js'
import { localId } from './4-plan/fragments.js'
import { plan } from './4-plan/plan.js'
import { type Executed, execute } from './5-execute/execute.js'
import type { Sources } from './5-execute/sources.js'
import { checkVersion, type QueryResult, result } from './6-result/query-result.js'

/** What the pipeline needs of the world. */
export interface QueryContext {
  readonly viewer: Viewer
  /** The catalogue as this viewer sees it. */
  readonly catalogue: QueryCatalogue
  readonly sources: Sources
  readonly engine: Engine
  /** Ends when the client goes away. */
  readonly signal: AbortSignal
  /** The token that the viewer sent, for the spokes whose shared tables a query reads: each decides again by it. */
  readonly viewerToken?: string
  /** Runs each stage, and so may tell of it. By default it is run and nothing told. */
  readonly stage?: RunStage
}

/** Runs a stage of a query once, and answers or throws what it does. */
export type RunStage = <T>(name: 'parse' | 'bind' | 'authorise' | 'plan' | 'execute' | 'result', work: () => T | Promise<T>) => Promise<T>

const untold: RunStage = async (_name, work) => work()

/** Rows and bytes that one source may answer with; more is RESULT_TOO_LARGE. */
export const fragmentLimits = { rowsMax: 20_000_000, bytesMax: 512 * 1024 * 1024 } as const

/**
 * Under PARTIAL the hub keeps a fifth of the time, at most two seconds, for what has come by then: one stalled source must not cost the
 * others.
 */
const hubShareMs = (timeoutMs: number) => Math.min(timeoutMs / 5, 2000)

/**
 * A query, from the client's input to the answer: parse, bind, authorise, plan, execute, result. Whoever gets the result releases it.
 * @param format the one format in which its rows will be asked for, exact. Default: any, and more than once.
 */
export async function runQuery(input: unknown, context: QueryContext, format?: RowFormat): Promise<QueryResult> {
  const transaction = randomUUID()
  const { stage = untold } = context
  try {
    const { parsed, authorised, planned, end } = await prepare(input, context)
    const deadline = deadlineAfter(end - Date.now(), context.signal)
    try {
      const options = {
        ...fragmentLimits,
        onSourceError: parsed.onSourceError,
        deadline: parsed.onSourceError === 'PARTIAL' ? end - hubShareMs(parsed.timeoutMs) : end,
        signal: deadline.signal,
        viewerTokens: tokensOf(authorised, context.viewerToken),
        format,
      }
      const executed = await stage('execute', () => execute(planned, context.sources, context.engine, options))
      return await stage('result', () => answer({ transaction, parsed, authorised, planned, executed }))
    } finally {
      deadline.clear()
    }
  } catch (thrown) {
    throw withTransaction(toDialsError(thrown), transaction)
  }
}

/** The viewer's token for each spoke of which a table is read that is not open; no other spoke learns who asks. */
function tokensOf({ tables }: AuthorisedQuery, token: string | undefined): Map<string, string> {
  if (token === undefined) return new Map()
  const shared = [...tables.values()].filter(({ access }) => access !== 'OPEN')
  return new Map(shared.map(({ spokeId }) => [spokeId, token]))
}

interface Answered {
  readonly transaction: string
  readonly parsed: ParsedQuery
  readonly authorised: AuthorisedQuery
  readonly planned: PhysicalPlan
  readonly executed: Executed
}

async function answer({ transaction, parsed, authorised, planned, executed }: Answered): Promise<QueryResult> {
  try {
    const told = result(transaction, authorised, planned, executed)
    checkVersion(parsed.atVersion, told.version)
    return told
  } catch (thrown) {
    await executed.answer.release()
    throw thrown
  }
}

/** A fragment, with its source's own words for what it would run. */
export interface ExplainedFragment extends PlanFragment {
  readonly native: string
}

/** What a query would do, without doing it. */
export interface Explanation {
  readonly text: string
  readonly fragments: readonly ExplainedFragment[]
  /** The hub's own part, as the engine's text. */
  readonly residual: string
}

/** Stages 1 to 4 of a query. Needs the same authorisation as running it. */
export async function explainQuery(input: unknown, context: Omit<QueryContext, 'signal'>): Promise<Explanation> {
  const { planned } = await prepare(input, context)
  const fragments = planned.stages.flat().map((fragment) => ({ ...fragment, native: nativeOf(fragment, context.sources) }))
  return { text: drawRelation(planned.logical), fragments, residual: residualText(planned, context.engine) }
}

/** Stages 1 to 4. `end`: when the query's time is over, in milliseconds since the epoch. */
async function prepare(input: unknown, { viewer, catalogue, sources, stage = untold }: Omit<QueryContext, 'signal'>) {
  const parsed = await stage('parse', () => parse(input))
  const end = Date.now() + parsed.timeoutMs
  const bound = await stage('bind', () => bind(parsed, catalogue))
  const authorised = await stage('authorise', () => authorise(bound, viewer))
  const planned = await stage('plan', () => planFor(authorised, sources))
  return { parsed, authorised, planned, end }
}

function nativeOf({ spokeId, planned }: PlanFragment, sources: Sources): string {
  return sources.get(spokeId)?.source.native(planned.pushed) ?? ''
}

function residualText(planned: PhysicalPlan, engine: Engine): string {
  return engine.compile(planned.residual, (scan) => `fragment('${scan.table}')`)
}

async function planFor(query: AuthorisedQuery, sources: Sources): Promise<PhysicalPlan> {
  const tables = new Map<string, string[]>()
  for (const { id, spokeId } of query.tables.values()) {
    const own = tables.get(spokeId)
    if (own === undefined) tables.set(spokeId, [localId(id, spokeId)])
    else own.push(localId(id, spokeId))
  }
  const bySpoke = new Map<string, PlanSource>()
  for (const [spokeId, local] of tables) {
    const open = sources.get(spokeId)
    if (open === undefined) throw new DialsError('SOURCE_UNAVAILABLE', `The spoke ${spokeId} is not configured at this hub.`)
    const capabilities = await open.source.capabilities(local)
    bySpoke.set(spokeId, { connector: open.connector, capabilities, plan: (fragment, own) => open.source.plan(fragment, own) })
  }
  return plan(query, bySpoke)
}

function withTransaction(error: DialsError, transaction: string): DialsError {
  return new DialsError(error.code, error.message, {
    cause: error.cause,
    transaction,
    ...(error.inputPath ? { inputPath: error.inputPath } : {}),
    ...(error.suggestions ? { suggestions: error.suggestions } : {}),
  })
}
