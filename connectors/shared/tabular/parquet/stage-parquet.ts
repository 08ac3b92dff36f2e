import { open } from 'node:fs/promises'
import type { ColumnType } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnsMax, tooManyColumns } from '../columns-max.js'
import type { Conversion } from '../conversion.js'
import { columnAt, fileLiteral } from '../../engine-sql.js'
import { type Outcome, type Reading, readingOf } from './column-reading.js'
import { checkFooter, footerBytesMax, footerTooLarge } from './check-footer.js'
import { fieldsOf } from './fields.js'
import { readableColumns } from './readable-columns.js'
import { geoColumnsOf } from './geo-metadata.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { columnNames } from '../layout/column-names.js'
import type { Decision } from '../typing/decision.js'
import { meetDemand } from '../typing/demand.js'
import { Unreadable } from '../unreadable.js'

/** The length of the footer, and the format's sign. */
const tailBytes = 8
/** How many columns' values one statement examines. */
const columnsAtOnce = 64

/**
 * Reads a Parquet file. Its schema gives the types; nested values become JSON text, geometries become GeoJSON. A column that cannot be read
 * is left out and reported.
 */
export async function* stageParquet(path: string, { session, types }: Conversion): AsyncGenerator<StagedTable> {
  await checkWhole(path)
  // Without this, the engine makes columns from folder names such as year=2024.
  const file = (more = '') => `read_parquet(${fileLiteral(path)}, binary_as_string = false, hive_partitioning = false${more})`
  const described = await session.rows(`DESCRIBE SELECT * FROM ${file()}`).catch(unreadable)
  if (described.length > columnsMax) throw new Unreadable(tooManyColumns())
  const fields = await fieldsOf(session, path)
  const geo = await geoColumnsOf(session, path)
  const { names, problems } = columnNames(fields.map(({ name }) => name))
  const all = fields.map((_, position) => columnAt(position))
  const readings = fields.map((field, position) =>
    readingOf(String(described[position]?.column_type), columnAt(position), field, geo.get(field.name)),
  )
  const numbered = `${file(', file_row_number = true')} AS t(${[...all, 'row_place'].join(', ')})`
  const outcomes = await settleAll(session, numbered, readings)
  const columns = outcomes.flatMap((outcome, position): StagedColumn[] => {
    const name = names[position] as string
    const read = 'leftOut' in outcome ? outcome : met(outcome, types.get(name))
    if ('leftOut' in read) {
      problems.push(`Column ${name}: ${read.leftOut}`)
      return []
    }
    if (read.problem !== undefined) problems.push(`Column ${name}: ${read.problem}`)
    return [{ name, shape: read.shape, sql: read.sql }]
  })
  if (columns.length === 0) throw new Unreadable(`The file has no column that can be read. ${problems.join(' ')}`.trim())
  // Columns are named by position, because the engine does not distinguish "Name" from "name".
  const table: StagedTable = { from: `${file()} AS t(${all.join(', ')})`, columns, problems }
  yield { ...table, otherwise: () => readableColumns(session, table) }
}

function met(outcome: Exclude<Outcome, { leftOut: string }>, demanded: ColumnType | undefined): Decision {
  const { asked, ...found } = outcome
  return asked !== undefined && demanded === asked.shape.type ? asked : meetDemand(found, demanded, `CAST(${found.sql} AS VARCHAR)`)
}

/**
 * Examines the values of the columns that need it. If the engine fails, examines each column alone, so that only the damaged one is left
 * out.
 */
async function settleAll(session: EngineSession, from: string, readings: readonly Reading[]): Promise<Outcome[]> {
  const outcomes = new Map<number, Outcome>()
  const look = async (positions: readonly number[]) => {
    const sums = positions.flatMap((position) =>
      Object.entries(readings[position]?.evidence ?? {}).map(([key, sql]) => `CAST(${sql} AS DOUBLE) AS ${columnAt(position)}_${key}`),
    )
    const [row = {}] = sums.length === 0 ? [] : await session.rows(`SELECT ${sums.join(', ')} FROM ${from}`)
    for (const position of positions)
      outcomes.set(
        position,
        (readings[position] as Reading).settle((key) => Number(row[`${columnAt(position)}_${key}`] ?? 0)),
      )
  }
  for (let start = 0; start < readings.length; start += columnsAtOnce) {
    const some = readings.map((_, position) => position).slice(start, start + columnsAtOnce)
    await look(some).catch(async () => {
      for (const position of some)
        await look([position]).catch(() =>
          outcomes.set(position, { leftOut: 'it could not be read, as if damaged; left out. Write the file again.' }),
        )
    })
  }
  return readings.map((_, position) => outcomes.get(position) as Outcome)
}

function unreadable(cause: unknown): never {
  const text = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
  if (/encrypt/i.test(text)) throw new Unreadable(encrypted)
  throw new Unreadable('The file could not be read as Parquet: it is damaged, or of a kind that is not known. Write it again.', { cause })
}

const encrypted = 'The file is encrypted Parquet. Publish it without encryption.'

async function checkWhole(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(tailBytes)
    if (size >= 12) await file.read(tail, 0, tailBytes, size - tailBytes)
    const sign = tail.toString('latin1', 4)
    if (sign === 'PARE') throw new Unreadable(encrypted)
    if (sign !== 'PAR1') throw new Unreadable('The file does not end as Parquet does: it is another format, or it was cut short.')
    const bytes = tail.readUInt32LE(0)
    if (bytes > size - tailBytes) throw new Unreadable('The file was cut short, or is damaged. Fetch or write it again.')
    if (bytes > footerBytesMax) throw new Unreadable(footerTooLarge)
    const footer = Buffer.alloc(bytes)
    await file.read(footer, 0, bytes, size - tailBytes - bytes)
    await checkFooter(footer)
  } finally {
    await file.close()
  }
}
