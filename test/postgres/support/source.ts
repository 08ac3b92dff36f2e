import type { CatalogueEvent, DatasetDescription } from '../../../src/connector/catalogue.js'
import type { Relation } from '../../../src/connector/relation.js'
import { shapesOf } from '../../../src/connector/shapes.js'
import type { Part, ScanOptions, Source } from '../../../src/connector/source.js'
import type { Bench } from '../../support/query.js'
import { patienceMs } from '../../support/patience.js'

/** Everything that a harvest tells. */
export async function harvestAll(source: Source, signal = new AbortController().signal): Promise<CatalogueEvent[]> {
  const events: CatalogueEvent[] = []
  for await (const event of source.harvest(undefined, signal)) events.push(event)
  return events
}

export function datasetsOf(events: readonly CatalogueEvent[]): DatasetDescription[] {
  return events.flatMap((event) => (event.kind === 'dataset' ? [event.dataset] : []))
}

/** The scan of all columns of a harvested dataset. */
export function scanOfDataset({ id, tables: [table] }: DatasetDescription): Extract<Relation, { op: 'scan' }> {
  const columns = (table?.columns ?? []).map(({ name, type, scale }) => (scale === undefined ? { name, type } : { name, type, scale }))
  return { op: 'scan', table: `${id}/${table?.id}`, columns }
}

export const limits = (): ScanOptions => ({
  signal: new AbortController().signal,
  rowsMax: 1_000_000,
  bytesMax: 2 ** 30,
  deadline: Date.now() + patienceMs,
})

/** Runs a relation as a spoke does: what the source takes, then what it leaves. Answers the rows as text, and how it was planned. */
export async function answer(bench: Bench, source: Source, relation: Relation, options: Partial<ScanOptions> = {}) {
  const planned = source.plan({ relation }, await source.capabilities([]))
  const scan = source.execute(planned, { ...limits(), ...options })
  const parts: Part[] = []
  const session = await bench.hub.connect()
  try {
    for await (const part of scan.parts) parts.push(part)
    const report = await scan.report
    const rest = planned.remaining
    const sql = bench.hub.compile(rest, () => `read_parquet([${parts.map(({ file }) => `'${file.path}'`).join(', ')}])`)
    return { rows: await textRows(session, sql, shapesOf(rest).length), planned, report }
  } finally {
    await session.close()
    await Promise.all(parts.map(({ file }) => file.release()))
  }
}

/** Rows as texts, in their order. */
export async function textRows(
  session: { rows(sql: string): Promise<Record<string, unknown>[]> },
  sql: string,
  width: number,
): Promise<(string | null)[][]> {
  const columns = Array.from({ length: Math.max(width, 1) }, (_, index) => `CAST(c${index} AS VARCHAR) AS c${index}`)
  const found = await session.rows(`SELECT ${columns.join(', ')} FROM (${sql}) AS answer`)
  return found.map((row) => columns.map((_, index) => row[`c${index}`] as string | null))
}
