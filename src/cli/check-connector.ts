import { setTimeout as delay } from 'node:timers/promises'
import { defaultLimits } from '../catalogue/harvest-limits.js'
import { judgeEvent } from '../catalogue/judge-event.js'
import { type Access, type CatalogueEvent, type DatasetDescription, slugSchema } from '../connector/catalogue.js'
import { type Capabilities } from '../connector/capabilities.js'
import type { Relation } from '../connector/relation.js'
import type { Health, Source } from '../connector/source.js'
import { DialsError, type ErrorCode, toDialsError } from '../errors.js'

/** The first row of so many tables is read. */
const readMax = 3
const refusals: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'AGREEMENT_REQUIRED']
const bytesMax = 64 * 1024 * 1024
const healthMsMax = 30_000

/** One step of the check: its duration in milliseconds, and why it failed, if it did. */
export interface Step<T> {
  readonly ms: number
  readonly value?: T
  readonly error?: string
}

/** What a harvest of the source would bring. */
export interface Brought {
  readonly datasets: readonly DatasetDescription[]
  readonly problems: readonly { readonly sourceId: string; readonly message: string }[]
  /** Events that break the connector contract. */
  readonly malformed: number
  /** Whether the source reported that its catalogue is complete. */
  readonly complete: boolean
}

/** The results of a check, step by step. */
export interface Check {
  readonly health: Step<Health>
  readonly catalogue: Step<Brought>
  readonly capabilities: Step<Capabilities>
  /** The first row of some tables, without columns that identify people, read and discarded. */
  readonly reads: readonly (Step<'read' | 'refused'> & { readonly table: string })[]
}

/** Whether every step succeeded, and no dataset has a problem. */
export function isWell(check: Check): boolean {
  const { health, catalogue, capabilities, reads } = check
  const steps = [health, catalogue, capabilities, ...reads]
  return (
    steps.every(({ error }) => error === undefined) &&
    health.value?.status === 'UP' &&
    catalogue.value?.complete === true &&
    catalogue.value.malformed === 0 &&
    troubledDatasets(check).length === 0
  )
}

/** The datasets that a problem is of: their files or tables are broken. Problems of other files in a folder are told, and break nothing. */
export function troubledDatasets({ catalogue }: Check): string[] {
  const ids = (catalogue.value?.problems ?? []).map(({ sourceId }) => sourceId)
  return [...new Set(ids)].filter((id) => slugSchema.safeParse(id).success)
}

/**
 * Reaches a source, reads its catalogue and the first row of some of its tables. `found` is called with the number of datasets so far.
 * Throws only the signal's reason.
 */
export async function checkConnector(source: Source, signal: AbortSignal, found: (datasets: number) => void): Promise<Check> {
  const health = await timed(() => withTimeout(source.health(AbortSignal.any([signal, AbortSignal.timeout(healthMsMax)])), signal))
  const catalogue = await timed(() => brought(source, signal, found))
  const tables = (catalogue.value?.datasets ?? []).flatMap(({ id, access, tables: own }) =>
    own.map((table) => ({ id: `${id}/${table.id}`, access, columns: table.columns.filter(({ sensitivity }) => sensitivity === 'NONE') })),
  )
  const capabilities = await timed(() => source.capabilities(tables.map(({ id }) => id)))
  const reads: (Step<'read' | 'refused'> & { table: string })[] = []
  for (const { id, access, columns } of capabilities.value?.limit === true ? tables.slice(0, readMax) : []) {
    signal.throwIfAborted()
    const scan: Relation = {
      op: 'scan',
      table: id,
      columns: columns.map(({ name, type, scale }) => ({ name, type, ...(scale === undefined ? {} : { scale }) })),
    }
    const read = () => readFirst(source, scan, capabilities.value ?? {}, signal).catch((thrown: unknown) => refused(thrown, access))
    reads.push({ table: id, ...(await timed(read)) })
  }
  return { health, catalogue, capabilities, reads }
}

async function brought(source: Source, signal: AbortSignal, found: (datasets: number) => void): Promise<Brought> {
  const datasets: DatasetDescription[] = []
  const problems: { sourceId: string; message: string }[] = []
  let malformed = 0
  let complete = false
  for await (const event of source.harvest(undefined, signal)) {
    // As a hub judges it: an event that breaks the contract becomes a problem of its dataset there.
    const judged = judgeEvent(event, defaultLimits.recordBytesMax)
    const isBroken = judged.kind === 'problem' && event.kind !== 'problem'
    if (isBroken) {
      malformed++
      problems.push({ sourceId: judged.problem.sourceId ?? '', message: judged.problem.message })
    } else take(event)
  }
  return { datasets, problems, malformed, complete }

  function take(event: CatalogueEvent): void {
    if (event.kind === 'dataset') found(datasets.push(event.dataset))
    else if (event.kind === 'problem') problems.push({ sourceId: event.sourceId, message: event.message })
    else if (event.kind === 'complete') complete = true
  }
}

async function readFirst(source: Source, scan: Relation, capabilities: Capabilities, signal: AbortSignal): Promise<'read'> {
  // A source with an audit log of its own gives no row to what no hub has recorded: there it is seen that the table is found and may be read.
  const count = source.exchange === undefined ? 1 : 0
  const planned = source.plan({ relation: { op: 'limit', count, offset: 0, input: scan } }, capabilities)
  const { parts, report } = source.execute(planned, { signal, rowsMax: 1, bytesMax, deadline: Date.now() + healthMsMax })
  report.catch(() => undefined)
  for await (const { file } of parts) await file.release()
  await report
  return 'read'
}

/** A spoke refuses a check what is not open to all, as it should. */
function refused(thrown: unknown, access: Access): 'refused' {
  if (access !== 'OPEN' && thrown instanceof DialsError && refusals.includes(thrown.code)) return 'refused'
  throw thrown
}

async function timed<T>(work: () => Promise<T>): Promise<Step<T>> {
  const started = performance.now()
  try {
    const value = await work()
    return { ms: performance.now() - started, value }
  } catch (thrown) {
    const { message, cause } = toDialsError(thrown)
    const why = cause instanceof Error && cause.message !== message ? ` (${cause.message})` : ''
    return { ms: performance.now() - started, error: `${message}${why}` }
  }
}

/** A source that ignores its signal must not block the check. */
async function withTimeout(health: Promise<Health>, signal: AbortSignal): Promise<Health> {
  const late = delay(healthMsMax + 1000, undefined, { ref: false, signal }).then(() => {
    throw new Error(`it did not answer within ${healthMsMax / 1000} s`)
  })
  return Promise.race([health, late])
}
