import { rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { LandedFile } from '../../../src/connector/engine.js'
import type { TableScan } from '../../../src/connector/relation.js'
import type { Part, PlannedFragment, Scan, ScanOptions, ScanReport, Source } from '../../../src/connector/source.js'
import { splitBy } from '../../../src/connector/split.js'
import { literalSql } from '../../../src/engine/sql/expression.js'
import type { DuckDbEngine } from '../../../src/engine/duckdb.js'
import { textOf } from './cells.js'
import type { WorldTable } from './world.js'

/** A source that holds its tables as Parquet files, and runs what was pushed down on an engine of its own. */
export interface TableSource extends Source {
  /** Removes the tables' files. */
  close(): Promise<void>
}

/** @param chunkRows rows of each part. A small number makes an answer of many parts. */
export async function openTableSource(
  engine: DuckDbEngine,
  folder: string,
  tables: readonly WorldTable[],
  declared: Capabilities,
  chunkRows?: number,
): Promise<TableSource> {
  const files = new Map<string, { path: string; table: WorldTable }>()
  const session = await engine.connect()
  for (const table of tables) {
    const path = join(folder, `table-${randomUUID()}.parquet`)
    await session.run(`COPY (${rowsSql(table)}) TO '${path}' (FORMAT parquet)`)
    files.set(table.id.slice(table.spokeId.length + 1), { path, table })
  }
  await session.close()
  const from = (scan: TableScan) => {
    const { path, table } = files.get(scan.table) as { path: string; table: WorldTable }
    const columns = scan.columns.map(({ name, type, scale }, position) => {
      const index = table.columns.findIndex((column) => column.name === name)
      const own = table.columns[index]
      if (own?.type !== type || own.scale !== scale) throw new Error(`there is no ${type} '${name}' in ${table.id}`)
      return `c${index} AS c${position}`
    })
    return `(SELECT ${columns.join(', ') || 'NULL AS c0'} FROM read_parquet('${path}')) AS t`
  }
  return {
    harvest: () => {
      throw new Error('not asked for here')
    },
    capabilities: () => Promise.resolve(declared),
    plan: ({ relation }, capabilities) => splitBy(capabilities, relation),
    native: (pushed) => engine.compile(pushed, from),
    execute: (planned, options) => execute(engine, folder, planned, options, from, chunkRows),
    health: () => Promise.resolve({ status: 'UP' }),
    async close() {
      await Promise.all([...files.values()].map(({ path }) => rm(path)))
    },
  }
}

function execute(
  engine: DuckDbEngine,
  folder: string,
  planned: PlannedFragment,
  options: ScanOptions,
  from: (scan: TableScan) => string,
  chunkRows: number | undefined,
): Scan {
  const report = settleable<ScanReport>()
  report.promise.catch(() => undefined)
  async function* parts(): AsyncGenerator<Part> {
    const session = await engine.connect(options.signal)
    try {
      // Compiled as for a large table, whose pages are found in another way.
      const sql = engine.compile(planned.pushed, from, 1_000_000)
      if (chunkRows === undefined) {
        const { rows } = yield* asParts(session.parts(sql, { folder, bytesMax: options.bytesMax }))
        report.resolve({ rows, truncated: false, version: 'v1' })
        return
      }
      await session.run(`CREATE TEMP TABLE answer AS ${sql}`)
      const rows = Number((await session.rows('SELECT count(*) AS n FROM answer'))[0]?.['n'])
      for (let first = 0; first < Math.max(rows, 1); first += chunkRows) {
        const path = join(folder, `part-${randomUUID()}.parquet`)
        const rowsOf = `SELECT * FROM answer WHERE rowid >= ${first} AND rowid < ${first + chunkRows} ORDER BY rowid`
        await session.run(`COPY (${rowsOf}) TO '${path}' (FORMAT parquet)`).catch(async (thrown: unknown) => {
          // The engine may leave what it has written when it is interrupted.
          await rm(path, { force: true })
          throw thrown
        })
        yield { kind: 'parquet', file: await landedFile(path) }
      }
      report.resolve({ rows, truncated: false, version: 'v1' })
    } catch (thrown) {
      report.reject(thrown)
      throw thrown
    } finally {
      await session.close()
    }
  }
  return { parts: parts(), report: report.promise }
}

async function* asParts<T>(files: AsyncGenerator<LandedFile, T>): AsyncGenerator<Part, T> {
  let ended: T | undefined
  try {
    for (;;) {
      const next = await files.next()
      if (next.done === true) return (ended = next.value)
      yield { kind: 'parquet', file: next.value }
    }
  } finally {
    if (ended === undefined) await files.return(undefined as T)
  }
}

/** An existing file as a landed part. */
export async function landedFile(path: string): Promise<LandedFile> {
  return { path, bytes: (await stat(path)).size, release: () => unlink(path).catch(() => undefined) }
}

/** SQL that returns the rows of a table, with columns c0 … cn. */
export function rowsSql({ columns, rows }: WorldTable): string {
  const names = columns.map((_, index) => `c${index}`).join(', ')
  const typed = (index: number, cell: WorldTable['rows'][number][number]) => {
    const { type, scale } = columns[index] as WorldTable['columns'][number]
    return literalSql({
      kind: 'literal',
      shape: scale === undefined ? { type } : { type, scale },
      value: cell === null ? null : Object.is(cell, -0) ? '-0' : textOf(cell),
    })
  }
  if (columns.length === 0) return 'SELECT NULL AS c0'
  if (rows.length === 0) return `SELECT ${columns.map((_, index) => `${typed(index, null)} AS c${index}`).join(', ')} WHERE FALSE`
  return `SELECT ${names} FROM (VALUES ${rows.map((row) => `(${row.map((cell, index) => typed(index, cell)).join(', ')})`).join(', ')}) AS t(${names})`
}

/** A promise, and the functions that settle it. */
export function settleable<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve = (_: T): void => undefined
  let reject = (_: unknown): void => undefined
  const promise = new Promise<T>((one, other) => {
    resolve = one
    reject = other
  })
  return { promise, resolve, reject }
}
