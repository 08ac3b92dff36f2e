import { randomUUID } from 'node:crypto'
import { deadlineAfter } from '../connector/deadline.js'
import type { Engine } from '../connector/engine.js'
import type { Viewer } from '../identity/viewer.js'
import { DialsError, toDialsError } from '../errors.js'
import { type ParsedQuery, parse } from './1-parse/parse.js'
import { bind } from './2-bind/bind.js'
import type { QueryCatalogue } from './2-bind/query-catalogue.js'
import { type AuthorisedQuery, authorise } from './3-authorise/authorise.js'
import type { PhysicalPlan, PlanSource } from './4-plan/physical-plan.js'
import { localId, plan } from './4-plan/plan.js'
import { type Executed, execute } from './5-execute/execute.js'
import type { Sources } from './5-execute/sources.js'
import { checkVersion, type QueryResult, result, writeSmall } from './6-result/query-result.js'
import type { Form } from './6-result/render.js'

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
 * @param form the only way its rows will be asked for, exact. By default they may be asked for in any way, and more than once.
 */
export async function runQuery(input: unknown, context: QueryContext, form?: Form): Promise<QueryResult> {
  const transaction = randomUUID()
  const { stage = untold } = context
  try {
    const { parsed, authorised, planned, end } = await prepare(input, context)
    const written = form && writeSmall(planned, form)
    const deadline = deadlineAfter(end - Date.now(), context.signal)
    try {
      const options = {
        ...fragmentLimits,
        onSourceError: parsed.onSourceError,
        deadline: parsed.onSourceError === 'PARTIAL' ? end - hubShareMs(parsed.timeoutMs) : end,
        signal: deadline.signal,
        viewerTokens: tokensOf(authorised, context.viewerToken),
        ...(written ? { written } : {}),
      }
      const executed = await stage('execute', () => execute(planned, context.sources, context.engine, options))
      return await stage('result', () => answer({ transaction, parsed, authorised, planned, executed, form }))
    } finally {
      deadline.clear()
    }
  } catch (thrown) {
    throw withTransaction(toDialsError(thrown), transaction)
  }
}

/** The viewer's token for each spoke of which a table is read that is not open; no other spoke learns who asks. */
function tokensOf({ leaves }: AuthorisedQuery, token: string | undefined): Map<string, string> {
  if (token === undefined) return new Map()
  return new Map(leaves.filter(({ table }) => table.access !== 'OPEN').map(({ table }) => [table.spokeId, token]))
}

interface Answered {
  readonly transaction: string
  readonly parsed: ParsedQuery
  readonly authorised: AuthorisedQuery
  readonly planned: PhysicalPlan
  readonly executed: Executed
  readonly form: Form | undefined
}

async function answer({ transaction, parsed, authorised, planned, executed, form }: Answered): Promise<QueryResult> {
  try {
    const told = await result(transaction, authorised, planned, executed, form)
    checkVersion(parsed.atVersion, told.version)
    return told
  } catch (thrown) {
    await executed.session.close()
    throw thrown
  }
}

/** What a query would do, without doing it. */
export interface Explanation {
  readonly text: string
  readonly fragments: PhysicalPlan['fragments']
  /** The hub's own part, as the engine's text. */
  readonly residual: string
}

/** Stages 1 to 4 of a query. Needs the same authorisation as running it. */
export async function explainQuery(input: unknown, context: Omit<QueryContext, 'signal'>): Promise<Explanation> {
  const { planned } = await prepare(input, context)
  return { text: planned.text, fragments: planned.fragments, residual: residualText(planned, context.engine) }
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

function residualText(planned: PhysicalPlan, engine: Engine): string {
  return engine.compile(planned.residual, (scan) => `fragment('${scan.table}')`)
}

async function planFor(query: AuthorisedQuery, sources: Sources): Promise<PhysicalPlan> {
  const bySpoke = new Map<string, PlanSource>()
  for (const { table } of query.leaves) {
    if (bySpoke.has(table.spokeId)) continue
    const open = sources.get(table.spokeId)
    if (open === undefined) throw new DialsError('SOURCE_UNAVAILABLE', `The spoke ${table.spokeId} is not configured at this hub.`)
    const local = query.leaves.filter((leaf) => leaf.table.spokeId === table.spokeId).map((leaf) => localId(leaf.table.id, table.spokeId))
    const capabilities = await open.source.capabilities(local)
    bySpoke.set(table.spokeId, { connector: open.connector, capabilities, plan: (fragment, own) => open.source.plan(fragment, own) })
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
