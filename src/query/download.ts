import { randomUUID } from 'node:crypto'
import { scanOfAnswer } from '../connector/cut.js'
import { deadlineAfter } from '../connector/deadline.js'
import type { LandedFile, LandedParts, NamedShape, RowsMeasured, TextForm } from '../connector/engine.js'
import type { TableScan } from '../connector/relation.js'
import { SourceUnavailable, toDialsError } from '../errors.js'
import { type Executed, execute, type Finish } from './5-execute/execute.js'
import { releaseAll, runFragment } from './5-execute/fragment.js'
import { isRowWise, type Room, stream } from './5-execute/stream.js'
import { type AnswerReport, checkVersion, reportOn, versionOf } from './6-result/query-result.js'
import { fragmentLimits, type Prepared, prepare, type QueryContext, stageOptions, withTransaction } from './run.js'

/** Where the rows of downloads land. */
export interface Landing {
  readonly folder: string
  /** False where what is written there reaches a disk: then nothing lands that is not encrypted. */
  isMemory(): boolean
  readonly room: Room
}

/** What a download needs beside the query itself. */
export interface DownloadContext extends QueryContext {
  readonly landing: Landing
  /** Does work that reads the sources, in a turn of the client. */
  turn<T>(work: () => Promise<T>): Promise<T>
}

/** Rows in pieces. The generator returns the report once all rows were written. */
export interface WrittenDownload {
  /** False where a source failed under PARTIAL. */
  readonly complete: boolean
  readonly pieces: AsyncGenerator<Uint8Array, AnswerReport>
}

/** A file of rows that have landed, and what is in it. */
export interface LandedPart extends RowsMeasured {
  readonly path: string
}

/** All rows of a download, landed and measured before the first of them is written. The caller releases them. */
export interface LandedRows {
  readonly rows: number
  /** How many characters (UTF-16) the longest text of each column has. */
  readonly longest: readonly number[]
  readonly report: AnswerReport
  /** Writes the rows as text, in pieces. */
  text(form: TextForm): AsyncGenerator<Uint8Array, void>
  /** The Parquet files of the rows, in order, with columns by their names. There is no text of them afterwards. */
  named(): Promise<readonly LandedPart[]>
  release(): Promise<void>
}

/** A query whose whole answer can be written, once. */
export interface Download {
  readonly transaction: string
  readonly columns: readonly NamedShape[]
  /** The ids of the tables that it reads, in the order in which it names them. */
  readonly tables: readonly string[]
  /** True where every table that it reads is open to everybody. */
  readonly isOpen: boolean
  /** The version of the data that it would read now. Null where a source has none. */
  version(): Promise<string | null>
  /**
   * Writes the rows as text. Rows that need no sorting, grouping or joining at the hub are written while they arrive; others once all have.
   * @param atVersion ends with VERSION_CHANGED where the content turns out to be another.
   */
  text(form: TextForm, atVersion?: string): Promise<WrittenDownload>
  /**
   * Lands all rows, for a format that must know how many there are before it begins.
   * @throws VERSION_CHANGED where the content is not that of `atVersion`.
   */
  landed(atVersion?: string): Promise<LandedRows>
  /** Writes the rows as one Parquet file. The caller releases it. */
  parquet(): Promise<{ file: LandedFile; report: AnswerReport }>
}

/** Runs stages 1 to 4 of a query for a download. @throws DialsError with the download's transaction. */
export async function openDownload(input: unknown, context: DownloadContext): Promise<Download> {
  const transaction = randomUUID()
  const told = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((thrown: unknown) => {
      throw withTransaction(toDialsError(thrown), transaction)
    })
  const prepared = await told(() => prepare(input, context, 'WHOLE'))
  return {
    transaction,
    columns: prepared.planned.outputs,
    tables: [...prepared.authorised.tables.keys()],
    isOpen: [...prepared.authorised.tables.values()].every(({ access }) => access === 'OPEN'),
    version: () => told(() => versionNow(prepared, context)),
    text: (form, atVersion) =>
      told(async () => {
        const { complete, pieces } = await writeText(transaction, prepared, context, form, atVersion)
        return { complete, pieces: toldPieces(pieces, transaction) }
      }),
    landed: (atVersion) => told(() => landRows(transaction, prepared, context, atVersion)),
    parquet: () => told(() => writeParquet(transaction, prepared, context)),
  }
}

async function* toldPieces<T>(pieces: AsyncGenerator<Uint8Array, T>, transaction: string): AsyncGenerator<Uint8Array, T> {
  try {
    return yield* pieces
  } catch (thrown) {
    throw withTransaction(toDialsError(thrown), transaction)
  }
}

/** Asks each source for no row at all: its report says which version it would answer from. */
async function versionNow({ planned, ...prepared }: Prepared, context: DownloadContext): Promise<string | null> {
  const { signal, clear } = deadlineAfter(prepared.end - Date.now(), context.signal)
  try {
    const options = stageOptions({ planned, ...prepared }, context, signal)
    const outcomes = await Promise.all(
      planned.stages.flat().map(async (fragment) => {
        const open = context.sources.get(fragment.spokeId)
        const relation = { op: 'limit', count: 0, offset: 0, input: fragment.asked.relation } as const
        const none = open?.source.plan({ relation }, fragment.capabilities)
        return none?.remaining.op === 'scan' ? runFragment({ ...fragment, planned: none }, open, options) : undefined
      }),
    )
    const known = outcomes.filter((outcome) => outcome !== undefined)
    await releaseAll(known.flatMap(({ files }) => files))
    return known.length < outcomes.length ? null : versionOf(known)
  } finally {
    clear()
  }
}

async function writeText(
  transaction: string,
  prepared: Prepared,
  context: DownloadContext,
  form: TextForm,
  atVersion = prepared.parsed.atVersion,
): Promise<WrittenDownload> {
  const { parsed, planned } = prepared
  const written = { rows: 0 }
  const write = async function* (relation: Parameters<Finish<unknown>>[0], parts: LandedParts): AsyncGenerator<Uint8Array, void> {
    const { rows } = yield* context.engine.text(relation, parts, { signal: context.signal, columns: planned.outputs, form })
    written.rows += rows
  }
  if (isRowWise(planned) && parsed.onSourceError === 'FAIL' && parsed.atVersion === undefined) {
    return { complete: true, pieces: streamed() }
  }
  const executed = await whole(prepared, context, landedRows(context))
  const known = reportOn(transaction, prepared.authorised, planned, executed, 0)
  let giveBack: () => void
  try {
    checkVersion(atVersion, known.version)
    giveBack = await roomFor(executed.answer, context)
  } catch (thrown) {
    await releaseAll(executed.answer)
    throw thrown
  }
  return { complete: known.complete, pieces: landed(executed) }

  async function* streamed(): AsyncGenerator<Uint8Array, AnswerReport> {
    const options = stageOptions(prepared, context, context.signal)
    const { sources, engine, landing } = context
    const outcomes = yield* stream(planned, sources, engine, { ...options, room: landing.room, turn: context.turn }, (parts) =>
      write(planned.residual, parts),
    )
    return checked({ outcomes, matches: [] })
  }

  async function* landed({ answer, ...rest }: Executed<readonly LandedFile[]>): AsyncGenerator<Uint8Array, AnswerReport> {
    const rows = scanOfRows(prepared)
    try {
      for (const file of answer) {
        yield* write(rows, new Map([[rows.table, [file]]]))
        await file.release()
      }
      return checked(rest)
    } finally {
      await releaseAll(answer)
      giveBack()
    }
  }

  function checked(executed: Pick<Executed<unknown>, 'outcomes' | 'matches'>): AnswerReport {
    const report = reportOn(transaction, prepared.authorised, planned, executed, written.rows)
    checkVersion(atVersion, report.version)
    return report
  }
}

async function landRows(
  transaction: string,
  prepared: Prepared,
  context: DownloadContext,
  atVersion = prepared.parsed.atVersion,
): Promise<LandedRows> {
  const { engine, signal } = context
  const { outputs: columns } = prepared.planned
  const { answer: files, ...rest } = await whole(prepared, context, landedRows(context))
  const scan = scanOfRows(prepared)
  let giveBack: () => void = () => undefined
  const release = async () => {
    await releaseAll(files)
    giveBack()
  }
  try {
    giveBack = await roomFor(files, context)
    const parts: LandedPart[] = []
    for (const file of files) {
      parts.push({ path: file.path, ...(await engine.measure(scan, new Map([[scan.table, [file]]]), { signal, columns })) })
    }
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    const longest = columns.map((_, index) => parts.reduce((most, part) => Math.max(most, part.longest[index] ?? 0), 0))
    const report = reportOn(transaction, prepared.authorised, prepared.planned, rest, rows)
    checkVersion(atVersion, report.version)
    return { rows, longest, report, text, named: () => named(parts), release }
  } catch (thrown) {
    await release()
    throw thrown
  }

  async function* text(form: TextForm): AsyncGenerator<Uint8Array, void> {
    let after = 0
    for (const file of files) {
      const { rows } = yield* engine.text(scan, new Map([[scan.table, [file]]]), { signal, columns, form, after })
      after += rows
      await file.release()
    }
  }

  async function named(parts: readonly LandedPart[]): Promise<readonly LandedPart[]> {
    for (const { path } of parts) await engine.nameColumns(path, columns)
    return parts
  }
}

/** Takes the room of files that have landed, before anything of them is sent. */
function roomFor(files: readonly LandedFile[], { landing, signal }: DownloadContext): Promise<() => void> {
  return landing.room.take(
    files.reduce((sum, { bytes }) => sum + bytes, 0),
    signal,
  )
}

/** The rows of an answer that has landed, as a relation. */
function scanOfRows({ planned }: Prepared): TableScan {
  return scanOfAnswer(
    '#rows',
    planned.outputs.map(({ shape }) => shape),
  )
}

async function writeParquet(
  transaction: string,
  prepared: Prepared,
  context: DownloadContext,
): Promise<{ file: LandedFile; report: AnswerReport }> {
  const { engine, landing } = context
  const { outputs: columns } = prepared.planned
  const executed = await whole(prepared, context, (signal) => (residual, parts) => {
    checkMemory(landing)
    return engine.parquet(residual, parts, { signal, columns, folder: landing.folder, bytesMax: fragmentLimits.bytesMax })
  })
  const { file, rows } = executed.answer
  try {
    const report = reportOn(transaction, prepared.authorised, prepared.planned, executed, rows)
    checkVersion(prepared.parsed.atVersion, report.version)
    return { file, report }
  } catch (thrown) {
    await file.release()
    throw thrown
  }
}

/** Runs the whole query within its deadline. @param finish makes the answer's files. */
async function whole<T>(prepared: Prepared, context: DownloadContext, finish: (signal: AbortSignal) => Finish<T>): Promise<Executed<T>> {
  const deadline = deadlineAfter(prepared.end - Date.now(), context.signal)
  try {
    const options = { ...stageOptions(prepared, context, deadline.signal), matches: true }
    return await context.turn(() => execute(prepared.planned, context.sources, context.engine, options, finish(deadline.signal)))
  } finally {
    deadline.clear()
  }
}

/** Lands the rows of the residual as parts in memory. */
function landedRows({ engine, landing }: DownloadContext): (signal: AbortSignal) => Finish<readonly LandedFile[]> {
  return (signal) => async (residual, parts) => {
    checkMemory(landing)
    const files: LandedFile[] = []
    try {
      const options = { signal, folder: landing.folder, bytesMax: fragmentLimits.bytesMax, ordered: true }
      for await (const file of engine.combine(residual, parts, options)) files.push(file)
      return files
    } catch (thrown) {
      await releaseAll(files)
      throw thrown
    }
  }
}

function checkMemory(landing: Landing): void {
  if (landing.isMemory()) return
  throw new SourceUnavailable(
    'This hub has no memory file system (a tmpfs at /dev/shm), and never writes rows to a disk. It can write CSV, NDJSON and GeoJSON of rows that it neither sorts, groups nor joins itself.',
  )
}
