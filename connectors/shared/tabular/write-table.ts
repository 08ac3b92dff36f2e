import type { ColumnDescription, Shape } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { DialsError } from '../../../src/errors.js'
import type { ConvertedTable } from './copies/manifest.js'
import { profileColumns } from './profile/profile.js'
import { recognise } from '../recognise/recognise.js'
import { columnAt } from '../engine-sql.js'
import { type WrittenCopy, writeCopy } from './copies/copy-writer.js'
import { withRows } from './copies/wide-rows.js'
import type { StagedTable } from './staged-table.js'
import { isDamage } from './parquet/readable-columns.js'
import { innerRows } from './layout/inner-rows.js'
import { findTotals, namingColumns } from './layout/find-totals.js'
import { endsWith, repeatsHeader } from './layout/tail.js'
import { isLastTotal, isTotalAmongRows, keptProblems, placeInFile, totalProblems } from './layout/total-problems.js'
import { geometryName, settleGeometry, withGeometry, type WithGeometry, withoutNone } from './places/derive-geometry.js'
import { joinedDescription, joinedProblems, joinGeometry, mayBeJoined } from './places/join-geometry.js'
import { dayNumbers } from './typing/day-numbers.js'
import { failedGuess } from './typing/guess.js'
import { inferTypes } from './typing/infer.js'
import { Unreadable } from './unreadable.js'

const problemsMax = 200

/** Where a table's copy goes: the manifest's folder, and the file's name without its ending. */
export interface CopyPlace {
  readonly folder: string
  /** A folder for temporary files. */
  readonly scratch: string
  readonly name: string
  /** Bytes of the original file. */
  readonly fileBytes: number
}

/** Writes the copy of a staged table without its totals, and reads from the copy what the catalogue describes: rows, nulls, and what the values are. */
export async function writeTable(
  session: EngineSession,
  given: StagedTable,
  place: CopyPlace,
  { keepTotals, semanticTypes }: SaidOfTable,
  features?: ReadFeatures,
): Promise<ConvertedTable> {
  const { staged: read, copy: written, ...totals } = await withoutTotals(session, given, place, { keepTotals, semanticTypes })
  const { staged, copy } =
    features === undefined ? { staged: read, copy: written } : await withFeatures(session, read, written, place, features)
  try {
    const table = await describe(session, staged, copy.from, { ...totals, semanticTypes })
    const key = keyOf(table)
    const isIndexed = key !== undefined && (await copy.indexBy(key))
    return { file: copy.file, ...table, ...(isIndexed ? { indexed: key } : {}) }
  } finally {
    await copy.close()
  }
}

/** Reads another form of the same data, which has geometries. Undefined where it cannot be read. */
export type ReadFeatures = () => Promise<StagedTable | undefined>

/** A table whose last column, a geometry, may be derived from some of its columns or joined by some. */
type Located = WithGeometry & { readonly joinedBy?: readonly string[] }

/** The copy with the geometries of another form, where it has none and it is certain which belong to its rows; else the copy as it is. */
async function withFeatures(
  session: EngineSession,
  staged: WithGeometry,
  copy: WrittenCopy,
  place: CopyPlace,
  readFeatures: ReadFeatures,
): Promise<{ staged: Located; copy: WrittenCopy }> {
  let isWritten = true
  try {
    const features = mayBeJoined(staged.columns) ? await readFeatures() : undefined
    const joined = features === undefined ? undefined : await joinGeometry(session, copy.from, staged.columns, features).catch(notJoined)
    if (joined === undefined) return { staged, copy }
    await copy.discard()
    isWritten = false
    const columns = [...staged.columns, { name: geometryName, shape: { type: 'GEOMETRY' as const }, sql: '' }]
    const size = { rowBytes: (staged.rowBytes ?? 1) + joined.rowBytes, fileBytes: place.fileBytes, width: columns.length }
    const written = await writeCopy(session, joined.query, place.folder, place.name, size)
    isWritten = true
    await joined.close()
    return { staged: { ...staged, columns, joinedBy: joined.by, problems: withoutNone(staged.problems) }, copy: written }
  } catch (thrown) {
    if (isWritten) await copy.close()
    throw thrown
  }
}

/** What the engine cannot join, for want of memory or since a value is none of its column's type, leaves the rows as they are. */
function notJoined(thrown: unknown): undefined {
  if (!(thrown instanceof DialsError)) throw thrown
}

/** What the publisher says of a table, as far as its copy follows from it. */
interface SaidOfTable {
  readonly keepTotals: boolean
  readonly semanticTypes: ReadonlyMap<string, string>
}

/** The rows that were set aside: where each stood in the file, counted from 1, and the problems that tell of them. */
interface SetAside {
  readonly places: readonly number[]
  readonly told: readonly string[]
  /** Where those stand that were kept because the publisher says so. */
  readonly kept: readonly number[]
}

/** A copy without the rows that are certainly totals. */
type CopyWithoutTotals = SetAside & { readonly staged: WithGeometry; readonly copy: WrittenCopy }

/** Writes the copy, and takes the totals out of it. It is written again where a total’s name alone made a column text. */
async function withoutTotals(
  session: EngineSession,
  given: StagedTable,
  place: CopyPlace,
  { keepTotals, semanticTypes }: SaidOfTable,
): Promise<CopyWithoutTotals> {
  const { staged, copy } = await copyOut(session, withGeometry(given, semanticTypes), place)
  const shapes = staged.columns.map(({ shape }) => shape)
  let isDone = false
  try {
    const found = await findTotals(session, copy.from, shapes)
    const names = staged.columns.map(({ name }) => name)
    if (keepTotals) {
      isDone = true
      return { staged, copy, places: [], told: keptProblems(found, names), kept: found.map(({ place: row }) => row) }
    }
    const places = found.map((total) => total.place)
    const told = totalProblems(found, names)
    if (places.length > 0) {
      await copy.without(places)
      if (given.without !== undefined && (await hasOtherTypes(session, copy.from, shapes))) {
        const other = withGeometry(await given.without(places), semanticTypes)
        await copy.discard()
        isDone = true
        return { ...(await copyOut(session, other, place)), places, told, kept: [] }
      }
    }
    isDone = true
    return { staged: staged.rows === undefined ? staged : { ...staged, rows: staged.rows - places.length }, copy, places, told, kept: [] }
  } finally {
    if (!isDone) await copy.close()
  }
}

/** Whether a column in which a total may be named is text no more without it. */
async function hasOtherTypes(session: EngineSession, copy: string, shapes: readonly Shape[]): Promise<boolean> {
  const decisions = await inferTypes(
    session,
    copy,
    shapes.map(() => undefined),
    namingColumns(shapes).map(columnAt),
  )
  return [...decisions.values()].some(({ shape, empty }) => shape.type !== 'STRING' && empty !== true)
}

/** Fewer rows are scanned as fast as an index is read. For more rows, the index would be too large for its use. */
const indexedRows = { least: 100_000, most: 2_000_000 }
/** A column counts as a key if at least this share of its values is distinct. The count of distinct values is an estimate. */
const ownValues = 0.95

/** The position of the first column that identifies rows. */
function keyOf({ columns, rowCount }: Pick<ConvertedTable, 'columns' | 'rowCount'>): number | undefined {
  if (rowCount < indexedRows.least || rowCount > indexedRows.most) return undefined
  const position = columns.findIndex(
    ({ type, profile }) => (type === 'INT64' || type === 'STRING') && (profile?.distinctCount ?? 0) >= rowCount * ownValues,
  )
  return position === -1 ? undefined : position
}

async function describe(
  session: EngineSession,
  staged: Located,
  copy: string,
  { places, told, kept, semanticTypes }: SetAside & { semanticTypes: ReadonlyMap<string, string> },
): Promise<Omit<ConvertedTable, 'file'>> {
  const counts = staged.columns.map((_, position) => `count(${columnAt(position)}) AS ${columnAt(position)}`)
  const [row = {}] = await session.rows(`SELECT count(*) AS n, ${counts.join(', ')} FROM ${copy}`)
  const rowCount = Number(row.n)
  if (staged.rows !== undefined && staged.rows !== rowCount) {
    throw new Unreadable(
      `The file has ${staged.rows} rows, but ${rowCount} could be read. It was not taken, so that no row is lost unseen.`,
    )
  }
  const columns = staged.columns.map(({ name, shape }, position) => ({
    name,
    title: name,
    ...shape,
    nullable: Number(row[columnAt(position)]) < rowCount,
    sensitivity: 'NONE' as const,
  }))
  const { described: recognised, ...derived } = await withDerived(
    session,
    staged,
    copy,
    await recognise(session, copy, columns),
    semanticTypes,
  )
  const profiles = await profileColumns(session, copy, recognised, rowCount)
  const days = recognised.flatMap((column, position) => dayNumbers(column, profiles[position]) ?? [])
  const seen = await misplaced(session, staged, copy, rowCount, places)
  // Of a last row that is certainly a total, no more is to be said.
  const like = kept.includes(rowCount) ? seen.filter((problem) => !isLastTotal(problem)) : seen
  const problems = [...staged.problems, ...told, ...days, ...derived.problems, ...like]
  const shown = problems.length > problemsMax ? [...problems.slice(0, problemsMax), `${problems.length - problemsMax} more.`] : problems
  return {
    ...(staged.sheet === undefined ? {} : { sheet: staged.sheet }),
    columns: recognised.map((column, position) => ({
      ...column,
      ...(profiles[position] === undefined ? {} : { profile: profiles[position] }),
    })),
    rowCount,
    ...(derived.from === undefined ? {} : { geometryFrom: derived.from }),
    ...(kept.length > 0 || like.some(isTotalAmongRows) ? { totals: 'AMONG_ROWS' } : places.length > 0 ? { totals: 'SET_ASIDE' } : {}),
    problems: shown,
  }
}

/** The columns of a copy with what is to be said of a derived geometry, or without it where its sources turn out to be no coordinates. */
async function withDerived(
  session: EngineSession,
  { coordinates, joinedBy }: Located,
  copy: string,
  columns: readonly ColumnDescription[],
  semanticTypes: ReadonlyMap<string, string>,
): Promise<{ described: readonly ColumnDescription[]; problems: readonly string[]; from?: string[] }> {
  const sources = columns.slice(0, -1)
  if (joinedBy !== undefined) {
    const [{ n } = {}] = await session.rows(`SELECT count(*) - count(${columnAt(sources.length)}) AS n FROM ${copy}`)
    const geometry = { ...(columns.at(-1) as ColumnDescription), description: joinedDescription(joinedBy) }
    return { described: [...sources, geometry], problems: joinedProblems(joinedBy, Number(n)), from: [...joinedBy] }
  }
  if (coordinates === undefined) return { described: columns, problems: [] }
  const settled = await settleGeometry(session, copy, sources, semanticTypes, coordinates)
  if ('none' in settled) return { described: sources, problems: [settled.none] }
  const geometry = { ...(columns.at(-1) as ColumnDescription), description: settled.description }
  const from = [coordinates.x, coordinates.y].map((position) => (sources[position] as ColumnDescription).name)
  return { described: [...sources, geometry], problems: settled.problems, from }
}

/** Writes the table. If guessed types do not hold, writes it with certain types instead. Returns the table as written. */
async function copyOut(
  session: EngineSession,
  staged: WithGeometry,
  place: CopyPlace,
): Promise<{ staged: WithGeometry; copy: WrittenCopy }> {
  const outputs = staged.columns.map(({ sql }, position) => `${sql} AS ${columnAt(position)}`)
  const { folder, scratch, name, fileBytes } = place
  const size = { rowBytes: staged.rowBytes ?? 1, fileBytes, width: outputs.length }
  try {
    const copy = await withRows(session, outputs, staged.from, scratch, (query) => writeCopy(session, query, folder, name, size))
    return { staged, copy }
  } catch (thrown) {
    const text = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown)
    const column = failedGuess(text)
    if (staged.otherwise === undefined || (column === undefined && !isCast(text) && !isDamage(text))) throw thrown
    return copyOut(session, await staged.otherwise(column), place)
  }
}

/** Whether the engine failed to cast a value. */
function isCast(text: string): boolean {
  return /^(?:Conversion|Out of Range) Error|Could not parse string/.test(text)
}

/** Reports rows that are not data: the header again, what looks like a total, notes. All of these are kept. */
async function misplaced(
  session: EngineSession,
  { columns }: StagedTable,
  copy: string,
  rowCount: number,
  places: readonly number[],
): Promise<string[]> {
  const texts = columns.flatMap(({ shape }, position) => (shape.type === 'STRING' ? [position] : []))
  const repeated =
    texts.length === columns.length
      ? await repeatsHeader(
          session,
          copy,
          columns.map(({ name }) => name),
        )
      : []
  const table = { rowCount, width: columns.length, texts, placeOf: (row: number) => placeInFile(row, places) }
  return [...repeated, ...(await innerRows(session, copy, table)), ...(await endsWith(session, copy, table))]
}
