import { createHash, randomUUID } from 'node:crypto'
import type { Auditor, Receipt, Recorded } from '../audit/auditor.js'
import { deadlineAfter } from '../connector/deadline.js'
import { nextTurn } from '../connector/next-turn.js'
import type { Answer, Engine, RowFormat } from '../connector/engine.js'
import type { Viewer } from '../identity/viewer.js'
import { DialsError, toDialsError } from '../errors.js'
import { type AnswerForm, type ParsedQuery, parse } from './1-parse/parse.js'
import { bind } from './2-bind/bind.js'
import type { QueryCatalogue } from './2-bind/query-catalogue.js'
import type { StepBudget } from './2-bind/query-size.js'
import { type AuthorisedQuery, authorise } from './3-authorise/authorise.js'
import { type Policy, policyRequest } from './3-authorise/policy-request.js'
import type { PhysicalPlan, PlanFragment, PlanSource } from './4-plan/physical-plan.js'
import { drawRelation } from './4-plan/draw.js'
import { localId } from './4-plan/fragments.js'
import { plan } from './4-plan/plan.js'
import { type Executed, execute, type Finish } from './6-execute/execute.js'
import { askersOf, endsOf, grantsOf, orEnded, servedBySpokes } from './6-execute/on-behalf.js'
import type { StageOptions } from './6-execute/run-stage.js'
import type { Sources } from './6-execute/sources.js'
import { type Asking, record, recordDenial, recordUnknown } from './5-record/record.js'
import { checkVersion, type QueryResult, result } from './7-result/query-result.js'

/** What running a query needs beside the query itself. */
export interface QueryContext {
  readonly viewer: Viewer
  /** The catalogue as this viewer sees it. */
  readonly catalogue: QueryCatalogue
  /** Default: there are no agreements, and no purpose is confirmed. */
  readonly policy?: Policy
  readonly sources: Sources
  readonly engine: Engine
  /** Records what is asked, before anything is read. */
  readonly auditor: Auditor
  /** Ends when the client disconnects. */
  readonly signal: AbortSignal
  /** SHA-256 of the token that the viewer sent, hexadecimal. The token itself never reaches a query. */
  readonly tokenSha256?: string
  /** The steps that are left to the queries of the same operation. Default: those of one query. */
  readonly budget?: StepBudget
  /** Runs each stage, so that it can be traced and timed. Default: only runs it. */
  readonly stage?: RunStage
}

/** Runs one stage of a query exactly once. Returns its result, or throws its error. */
export type RunStage = <T>(
  name: 'parse' | 'bind' | 'authorise' | 'plan' | 'record' | 'execute' | 'result',
  work: () => T | Promise<T>,
) => Promise<T>

const runOnly: RunStage = async (_name, work) => work()

/** The most rows and bytes that one source may answer with. More is RESULT_TOO_LARGE. */
export const fragmentLimits = { rowsMax: 20_000_000, bytesMax: 512 * 1024 * 1024 } as const

/**
 * Time that the hub keeps for itself under PARTIAL: a fifth of the whole, and at most two seconds. It then answers with what has arrived,
 * so that one stalled source does not cost the answers of the others.
 */
const hubShareMs = (timeoutMs: number) => Math.min(timeoutMs / 5, 2000)

/**
 * Runs a query from the client's input to its answer: parse, bind, authorise, plan, record, execute, result. The caller releases the
 * result, and only then is it recorded what came of it.
 * @param options.matches whether the matches of joins are counted. Default: true.
 * @param options.format set where the rows will be read only once, in this format and with exact numbers. Default: any format, any number of times.
 * @throws DialsError with the query's transaction.
 */
export async function runQuery(
  input: unknown,
  context: QueryContext,
  { format, matches = true }: { format?: RowFormat | undefined; matches?: boolean } = {},
): Promise<QueryResult> {
  const transaction = randomUUID()
  const { stage = runOnly } = context
  const asking = { transaction, kind: 'query', operation: input } as const
  const prepared = await prepare(asking, context).catch((thrown: unknown) => {
    throw withTransaction(toDialsError(thrown), transaction)
  })
  const { authorised, planned, end } = prepared
  let recorded: Recorded | undefined
  try {
    const known = (recorded = await stage('record', () => record(asking, authorised, context)))
    const deadline = deadlineAfter(end - Date.now(), context.signal)
    try {
      const { signal } = deadline
      const page: Finish<Answer> = (residual, parts) =>
        context.engine.answer(residual, parts, { signal, columns: planned.outputs, limit: planned.limit, format })
      const options = { ...stageOptions(prepared, known, context, signal), matches }
      const executed = await stage('execute', () => execute(planned, context.sources, context.engine, options, page))
      return withOutcome(await stage('result', () => answer(known, prepared, executed)), known)
    } finally {
      deadline.clear()
    }
  } catch (thrown) {
    const error = orEnded(toDialsError(thrown), authorised, Date.now())
    recorded?.outcome({ reasons: [error.code] })
    throw withTransaction(error, transaction)
  }
}

/** A result of which it is recorded what was sent, once it is released. */
function withOutcome(result: QueryResult, recorded: Recorded): QueryResult {
  const sent = createHash('sha256')
  let texts = 0
  return {
    ...result,
    async json(format, numbers) {
      const pieces = await result.json(format, numbers)
      texts++
      for (const piece of pieces) sent.update(piece)
      return pieces
    },
    async release() {
      recorded.outcome({ rows: result.rowCount, sha256: texts === 0 ? undefined : sent.copy().digest('hex'), reasons: reasonsOf(result) })
      await result.release()
    },
  }
}

/** What the log says of an answer that came. */
export function reasonsOf({ complete }: { readonly complete: boolean }): string[] {
  return complete ? [] : ['A source was missing.']
}

/** What bounds the sources of a query, who asks them, and by what they see that it is recorded. */
export function stageOptions(
  { parsed, authorised, end }: Prepared,
  { proofFor }: Pick<Recorded, 'proofFor'>,
  context: QueryContext,
  signal: AbortSignal,
): StageOptions {
  return {
    ...fragmentLimits,
    onSourceError: parsed.onSourceError,
    deadline: parsed.onSourceError === 'PARTIAL' ? end - hubShareMs(parsed.timeoutMs) : end,
    signal,
    askers: askersOf(authorised, context),
    grants: grantsOf(authorised),
    proofFor,
  }
}

async function answer(recorded: Recorded, { parsed, authorised, planned }: Prepared, executed: Executed<Answer>): Promise<QueryResult> {
  try {
    const answered = result(recorded, authorised, planned, executed)
    checkVersion(parsed.atVersion, answered.version)
    return answered
  } catch (thrown) {
    await executed.answer.release()
    throw thrown
  }
}

/** A fragment, with its source's own words for what it would run. */
export interface ExplainedFragment extends PlanFragment {
  readonly native: string
}

/** What a query would do, without running it: the plan as text, what each source would run, and what the hub would run. */
export interface Explanation {
  readonly text: string
  readonly fragments: readonly ExplainedFragment[]
  /** The SQL of the hub's engine over the answers of the fragments. */
  readonly residual: string
  /** Proves that it was recorded. Null where only a count of it is kept. */
  readonly receipt: Receipt | null
}

/** Runs stages 1 to 5 of a query: that it was explained is recorded too. Throws the same errors of access as running it. */
export async function explainQuery(input: unknown, context: Omit<QueryContext, 'signal'>): Promise<Explanation> {
  const asking = { transaction: randomUUID(), kind: 'explain', operation: input } as const
  const { planned, authorised } = await prepare(asking, context)
  const recorded = await record(asking, authorised, context)
  const fragments: ExplainedFragment[] = []
  for (const fragment of planned.stages.flat()) {
    await nextTurn()
    fragments.push({ ...fragment, native: shown(nativeOf(fragment, context.sources)) })
  }
  recorded.outcome({ reasons: [] })
  return {
    text: shown(drawRelation(planned.logical)),
    fragments,
    residual: shown(residualText(planned, context.engine)),
    receipt: recorded.receipt,
  }
}

/** The most characters of each text of an explanation: a filter's lists can make it as long as the query's steps. */
const explainedMax = 100_000

function shown(text: string): string {
  const left = text.length - explainedMax
  return left <= 0 ? text : `${text.slice(0, explainedMax)}\n… and ${left.toLocaleString('en-GB')} more characters`
}

/** A query after stages 1 to 4. */
export interface Prepared {
  readonly parsed: ParsedQuery
  readonly authorised: AuthorisedQuery
  readonly planned: PhysicalPlan
  /** Its deadline, in milliseconds since the epoch. */
  readonly end: number
}

/** Stages 1 to 4. A refusal of access is recorded. */
export async function prepare(
  asking: Asking,
  context: Omit<QueryContext, 'signal'>,
  { form = 'PAGE', rowsMax }: { form?: AnswerForm; rowsMax?: number | undefined } = {},
): Promise<Prepared> {
  const { catalogue, sources, budget, stage = runOnly } = context
  // A large operation has already taken its time until here, and a large input takes its own.
  await nextTurn()
  const parsed = await stage('parse', () => parse(asking.operation, form, rowsMax))
  const end = Date.now() + parsed.timeoutMs
  const bound = await stage('bind', () => bind(parsed, catalogue, budget)).catch((thrown: unknown) => {
    recordUnknown(asking, toDialsError(thrown), context)
    throw thrown
  })
  const authorised = await stage('authorise', async () =>
    servedBySpokes(authorise(bound, await policyRequest(bound, context)), sources),
  ).catch((thrown: unknown) => {
    recordDenial(asking, bound, toDialsError(thrown), context)
    throw thrown
  })
  const planned = await stage('plan', () => planFor(authorised, sources))
  // An agreement that ends while the query runs ends the query.
  return { parsed, authorised, planned, end: Math.min(end, ...endsOf(authorised)) }
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

/** The error, with the transaction that it ended. */
export function withTransaction(error: DialsError, transaction: string): DialsError {
  return new DialsError(error.code, error.message, {
    cause: error.cause,
    transaction,
    ...(error.inputPath ? { inputPath: error.inputPath } : {}),
    ...(error.suggestions ? { suggestions: error.suggestions } : {}),
  })
}
