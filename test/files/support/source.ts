import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from '../../../connectors/files/index.js'
import type { CatalogueEvent, DatasetDescription } from '../../../src/connector/catalogue.js'
import type { ColumnDescription } from '../../../src/connector/column.js'
import type { Relation } from '../../../src/connector/relation.js'
import type { ScanOptions, ScanReport, Source } from '../../../src/connector/source.js'
import { DuckDbEngine } from '../../../src/engine/duckdb.js'
import { patienceMs } from '../../support/patience.js'

/** A files source over a folder, on a real engine, and what a test asks of it. */
export interface OpenedFolder {
  source: Source
  store: string
  scratch: string
  /** What the connector logged. */
  logged: object[]
  harvest(): Promise<CatalogueEvent[]>
  /** The dataset of a harvest, or a failure that shows what came instead. */
  dataset(id: string): Promise<DatasetDescription>
  run(relation: Relation, options?: Partial<ScanOptions>): Promise<{ rows: Record<string, unknown>[]; report: ScanReport }>
  /** Every row of a table, by published names, as text: what a reader of the file would write down. */
  texts(table: string): Promise<(string | null)[][]>
  close(): Promise<void>
}

/** Opens a folder as hub.yaml would. `store` and `scratch` are made where they are not given. */
export async function openFolder(
  folder: string,
  config: object = {},
  given: { store?: string; memory?: string } = {},
): Promise<OpenedFolder> {
  const base = await mkdtemp(join(tmpdir(), 'dials-files-'))
  const scratch = join(base, 'scratch')
  const store = given.store ?? join(base, 'store')
  await mkdir(scratch, { recursive: true })
  await mkdir(store, { recursive: true })
  const engine = await DuckDbEngine.open({ folders: [scratch, store], memoryMb: 512 })
  const logged: object[] = []
  const log = {
    info: (fields: object) => logged.push(fields),
    warn: (fields: object) => logged.push(fields),
    error: (fields: object) => logged.push(fields),
  }
  const source = await files.open(files.configSchema.parse({ folder, defaultAccess: 'OPEN', ...config }), {
    spokeId: 'camden',
    baseFolder: '/',
    engine,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder: scratch,
    storeFolder: store,
    ...(given.memory === undefined ? {} : { memoryFolder: given.memory }),
    log,
  })

  const harvest = async () => {
    const events: CatalogueEvent[] = []
    for await (const event of source.harvest(undefined, AbortSignal.timeout(2 * patienceMs))) events.push(event)
    return events
  }
  const run: OpenedFolder['run'] = async (relation, options = {}) => {
    const planned = source.plan({ relation }, await source.capabilities([]))
    const scan = source.execute(planned, {
      signal: new AbortController().signal,
      rowsMax: 10_000_000,
      bytesMax: 1e9,
      deadline: Date.now() + patienceMs,
      ...options,
    })
    const rows: Record<string, unknown>[] = []
    const session = await engine.connect()
    try {
      for await (const { file } of scan.parts) {
        for (const row of await session.rows(`SELECT * FROM read_parquet('${file.path}')`)) rows.push(row)
        await file.release()
      }
    } finally {
      await session.close()
    }
    return { rows, report: await scan.report }
  }
  const dataset = async (id: string) => {
    const events = await harvest()
    const event = events.find((one) => one.kind === 'dataset' && one.dataset.id === id)
    if (event?.kind === 'dataset') return event.dataset
    const causes = logged.map((entry) => String((entry as { err?: Error }).err?.cause ?? (entry as { err?: Error }).err))
    throw new Error(`no dataset ${id}: ${JSON.stringify(events)}\n${causes.join('\n')}`)
  }
  const texts = async (table: string) => {
    const described = (await dataset(table.split('/')[0] as string)).tables.find(({ id }) => table.endsWith(`/${id}`))
    const columns = described?.columns ?? []
    const { rows } = await run(scanOf(table, columns))
    return rows.map((row) => columns.map((_, position) => textOf(row[`c${position}`])))
  }
  const close = async () => {
    await source.close()
    await engine.close()
    await rm(base, { recursive: true, force: true })
  }
  return { source, store, scratch, logged, harvest, dataset, run, texts, close }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}

/** A scan of some columns, in their order. */
export function scanOf(table: string, columns: readonly ColumnDescription[]): Relation {
  return {
    op: 'scan',
    table,
    columns: columns.map(({ name, type, scale }) => ({ name, type, ...(scale === undefined ? {} : { scale }) })),
  }
}
