import { deadlineAfter } from '../../src/connector/deadline.js'
import type { Engine, EngineSession } from '../../src/connector/engine.js'
import type { Relation, TableScan } from '../../src/connector/relation.js'
import { scanOf } from '../../src/connector/scan-of.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { isSorted, scansOf } from '../../src/connector/traverse.js'
import type { Part, PlannedFragment, Scan, ScanOptions, ScanReport } from '../../src/connector/source.js'
import { ResultTooLarge, SourceUnavailable } from '../../src/errors.js'
import { isDamaged } from '../shared/tabular/copies/attached-copies.js'
import type { HeldTable } from '../shared/tabular/copies/harvested-tables.js'
import type { ReadableTable } from '../shared/tabular/copies/readable-table.js'
import { findRows } from './find-rows.js'
import { rowsBound, rowsToSort } from './rows-bound.js'
import { columnPositions } from '../shared/column-positions.js'
import { columnAt, literal } from '../shared/engine-sql.js'

/** Tables that are kept as they are until `release`. */
export interface HeldTables {
  readonly tables: ReadonlyMap<string, ReadableTable>
  readonly release: () => void
}

/** What a scan works with. */
export interface ScanParts {
  engine: Engine
  scratchFolder: string
  hold(tables: readonly string[], signal: AbortSignal): Promise<HeldTables>
  /** The version of tables with these copies: the same as long as the copies are, and of no use for guessing what they hold. */
  versionOf(keys: readonly string[]): Promise<string>
  /** Told where a copy could not be read to its end. Answers what the scan ends with. */
  damaged(tables: readonly HeldTable[], cause: unknown): Promise<Error>
}

const tooMany = 'seven-dials: more rows than asked for'

/** Runs a planned fragment over the harvested copies. */
export function executeScan(planned: PlannedFragment, options: ScanOptions, parts: ScanParts): Scan {
  return scanOf(run(planned.pushed, options, parts))
}

async function* run(
  relation: Relation,
  { signal, deadline, rowsMax, bytesMax, compression }: ScanOptions,
  parts: ScanParts,
): AsyncGenerator<Part, ScanReport> {
  const { signal: ends, clear } = deadlineAfter(deadline - Date.now(), signal)
  let release = () => undefined as void
  try {
    const held = await parts.hold(
      scansOf(relation).map(({ table }) => table),
      ends,
    )
    release = held.release
    const { tables } = held
    const tableOf = (scan: TableScan) => tables.get(scan.table) as ReadableTable
    const bound = rowsBound(relation, tableOf)
    if (bound.exact && bound.rows > rowsMax) throw tooLarge(rowsMax)
    const copyOf = (scan: TableScan, where?: string) => fromCopy(scan, tableOf(scan), where)
    const found = findRows(relation, tableOf, copyOf, parts.engine)
    const sql = parts.engine.compile(found.relation, (scan) => found.from.get(scan) ?? copyOf(scan), rowsToSort(relation, tableOf))
    const session = await parts.engine.connect(ends)
    try {
      const guarded = bound.rows > rowsMax ? atMost(sql, shapesOf(relation).length, rowsMax) : sql
      const written = { folder: parts.scratchFolder, bytesMax, rowsMax: bound.likely, ordered: isSorted(relation), compression }
      const { rows } = yield* asParts(session.parts(guarded, written))
      return await reportOf(tables, rows, parts)
    } catch (thrown) {
      if (causes(thrown).some((cause) => cause.includes(tooMany))) throw tooLarge(rowsMax)
      throw isDamaged(thrown) ? await parts.damaged([...tables.values()], thrown) : thrown
    } finally {
      await session.close()
    }
  } finally {
    release()
    clear()
  }
}

async function* asParts(files: ReturnType<EngineSession['parts']>): AsyncGenerator<Part, { rows: number }> {
  try {
    for (;;) {
      const next = await files.next()
      if (next.done === true) return next.value
      yield { kind: 'parquet', file: next.value }
    }
  } finally {
    await files.return({ rows: 0 })
  }
}

/** The wanted columns of a copy, by their published names; of all its rows, or where they lie as is said. */
function fromCopy(scan: TableScan, table: ReadableTable, where?: string): string {
  const positions = columnPositions(table.columns)
  const columns = scan.columns.map(({ name, type, scale }, position) => {
    const at = positions.get(name) ?? -1
    const found = table.columns[at]
    if (found === undefined || found.type !== type || found.scale !== scale) {
      throw new SourceUnavailable(
        `The columns of table ${scan.table} have changed since the catalogue was read. It is right again after the next harvest.`,
      )
    }
    return `${columnAt(at)} AS ${columnAt(position)}`
  })
  return `(SELECT ${columns.join(', ') || 'NULL AS c0'} FROM ${table.from}${where === undefined ? '' : ` WHERE ${where}`})`
}

/** The rows as they come, and an error at the first beyond the limit: nothing is cut short in silence. */
function atMost(sql: string, width: number, rowsMax: number): string {
  const columns = Array.from({ length: Math.max(width, 1) }, (_, position) => columnAt(position)).join(', ')
  const counted = `(SELECT *, row_number() OVER () AS row_at FROM (${sql}))`
  return `SELECT ${columns} FROM ${counted} WHERE CASE WHEN row_at > ${rowsMax} THEN error(${literal(tooMany)}) ELSE true END`
}

function tooLarge(rowsMax: number): ResultTooLarge {
  return new ResultTooLarge(`The answer of one source has more than ${rowsMax} rows. Filter more, or group.`)
}

async function reportOf(held: ReadonlyMap<string, HeldTable>, rows: number, { versionOf }: ScanParts): Promise<ScanReport> {
  const tables = [...held.values()]
  const stale = [...held].flatMap(([table, { stale: reason }]) => (reason === undefined ? [] : [{ table, reason }]))
  const totals = [...held].flatMap(([table, { totals: state }]) => (state === undefined ? [] : [{ table, totals: state }]))
  const keys = [...new Set(tables.map(({ key }) => key))].sort()
  const asOf = tables
    .map((table) => table.asOf)
    .sort()
    .at(-1)
  return {
    truncated: false,
    rows,
    version: await versionOf(keys),
    ...(asOf === undefined ? {} : { asOf }),
    ...(stale.length === 0 ? {} : { stale }),
    ...(totals.length === 0 ? {} : { totals }),
  }
}

function causes(thrown: unknown): string[] {
  const messages: string[] = []
  for (let cause = thrown; cause instanceof Error && messages.length < 8; cause = cause.cause) messages.push(cause.message)
  return messages
}
