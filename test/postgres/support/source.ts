import type { CatalogueEvent, DatasetDescription } from '../../../src/connector/catalogue.js'
import { cut } from '../../../src/connector/cut.js'
import type { LandedFile } from '../../../src/connector/engine.js'
import type { Relation } from '../../../src/connector/relation.js'
import { shapesOf } from '../../../src/connector/shapes.js'
import type { PlannedFragment, ScanOptions, ScanReport, Source } from '../../../src/connector/source.js'
import { sourceSides } from '../../../src/connector/source-sides.js'
import { overAnswers } from '../../../src/connector/split.js'
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

/**
 * Runs a relation as a spoke does: cut into what the source may be asked for, each piece by the source, and what remains by the engine.
 * Answers the rows as text, and how they were planned: what remains, and of the first piece what was pushed down.
 */
export async function answer(bench: Bench, source: Source, relation: Relation, options: Partial<ScanOptions> = {}) {
  const capabilities = await source.capabilities([])
  const sides = sourceSides(
    () => source,
    () => capabilities,
  )
  const { pieces, remaining: over } = cut(relation, sides)
  const plans = new Map(pieces.map((piece) => [piece.id, source.plan({ relation: piece.relation }, capabilities)]))
  const remaining = overAnswers(over, (id) => plans.get(id) as PlannedFragment)
  const files = new Map(pieces.map(({ id }) => [id, [] as LandedFile[]]))
  const session = await bench.hub.connect()
  try {
    const reports: ScanReport[] = []
    for (const [id, plan] of plans) {
      const scan = source.execute(plan, { ...limits(), ...options })
      for await (const { file } of scan.parts) files.get(id)?.push(file)
      reports.push(await scan.report)
    }
    const listOf = (id: string) => (files.get(id) ?? []).map(({ path }) => `'${path}'`).join(', ')
    const sql = bench.hub.compile(remaining, ({ table }) => `read_parquet([${listOf(table)}])`)
    const planned = { ...(plans.get('#0') as PlannedFragment), remaining }
    return { rows: await textRows(session, sql, shapesOf(remaining).length), planned, report: reports[0] as ScanReport }
  } finally {
    await session.close()
    await Promise.all([...files.values()].flat().map((file) => file.release()))
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
