import { join } from 'node:path'
import type { EngineSession } from '../../src/connector/engine.js'
import type { ConvertedTable } from './manifest.js'
import { recognise } from './recognise/recognise.js'
import { columnAt, fileLiteral, literal } from './sql.js'
import type { StagedTable } from './staged-table.js'
import { Unreadable } from './unreadable.js'

const problemsMax = 200
const rowsPerGroup = 122_880

/** Writes a staged table as Parquet and reads back from the copy what the catalogue tells of it: rows, nulls, what the values are. */
export async function writeTable(session: EngineSession, staged: StagedTable, folder: string, file: string): Promise<ConvertedTable> {
  const path = join(folder, file)
  const outputs = staged.columns.map(({ sql }, position) => `${sql} AS ${columnAt(position)}`)
  await session.run(
    `COPY (SELECT ${outputs.join(', ')} FROM ${staged.from}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rowsPerGroup})`,
  )
  const copy = `read_parquet(${fileLiteral(path)})`
  const counts = staged.columns.map((_, position) => `count(${columnAt(position)}) AS ${columnAt(position)}`)
  const [row = {}] = await session.rows(`SELECT count(*) AS n, ${counts.join(', ')} FROM ${copy}`)
  const rowCount = Number(row.n)
  if (staged.rows !== undefined && staged.rows !== rowCount) {
    throw new Unreadable(`The file has ${staged.rows} rows, but ${rowCount} could be read. It was not taken, so that no row is lost unseen.`)
  }
  const columns = staged.columns.map(({ name, shape }, position) => ({
    name,
    title: name,
    ...shape,
    nullable: Number(row[columnAt(position)]) < rowCount,
    sensitivity: 'NONE' as const,
  }))
  const problems = [...staged.problems, ...(await endsInTotal(session, staged, copy, rowCount))]
  const shown = problems.length > problemsMax ? [...problems.slice(0, problemsMax), `${problems.length - problemsMax} more.`] : problems
  return {
    file,
    ...(staged.sheet === undefined ? {} : { sheet: staged.sheet }),
    columns: await recognise(session, copy, columns),
    rowCount,
    problems: shown,
  }
}

/** A last row such as `Grand Total` stays a row, since data is never dropped; but it is told. */
async function endsInTotal(session: EngineSession, staged: StagedTable, copy: string, rowCount: number): Promise<string[]> {
  const texts = staged.columns.flatMap(({ shape }, position) => (shape.type === 'STRING' ? [columnAt(position)] : [])).slice(0, 20)
  if (rowCount < 2 || texts.length === 0) return []
  const total = texts.map((column) => `regexp_full_match(trim(coalesce(${column}, '')), '(?i)(?:(?:grand|sub|overall|report)[ -]?)?totals?:?')`)
  const [row] = await session.rows(`SELECT ${total.join(' OR ')} AS total FROM ${copy} LIMIT 1 OFFSET ${rowCount - 1}`)
  return row?.total === true ? ['The last row looks like a total of the others. It was kept as a row: leave it out of sums.'] : []
}
