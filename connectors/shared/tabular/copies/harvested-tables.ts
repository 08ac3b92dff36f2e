import { z } from 'zod'
import { columnSchema } from '../../../../src/connector/column.js'
import { keptText } from '../../held-file.js'
import { replaceFile } from '../../replace-file.js'
import { totalsSchema } from './manifest.js'

const heldTableSchema = z.strictObject({
  dataset: z.string(),
  /** The key of the copy, and the table's file in it. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  file: z.string().regex(/^t\d+\.(duckdb|parquet)$/),
  columns: z.array(columnSchema),
  rowCount: z.number().int().min(0),
  /** The position of the indexed column. */
  indexed: z.number().int().min(0).optional(),
  totals: totalsSchema.optional(),
  /** ISO 8601: when the original file was last changed. */
  asOf: z.string(),
  /** Why these rows are older than the present file. */
  stale: z.string().max(2000).optional(),
})
/** A table as it was last harvested. Scans read this, whatever happened to the file since. */
export type HeldTable = z.infer<typeof heldTableSchema>

const heldSchema = z.record(z.string(), heldTableSchema)

type Held = Map<string, HeldTable>

/** The harvested tables by id (`libraries/libraries`). A file keeps them over a restart. */
export class HarvestedTables {
  /** By dataset, so that no step over the datasets looks at every table. */
  #tables: Map<string, Held> | undefined

  /** @param memory the file that keeps the tables. If it cannot be read, no table is known. */
  constructor(private readonly memory: string) {}

  /** The table with this id, if it was harvested. */
  async get(id: string): Promise<HeldTable | undefined> {
    return (await this.#load()).get(datasetOf(id))?.get(id)
  }

  /** Replaces all tables of one dataset. */
  async replace(dataset: string, tables: ReadonlyMap<string, HeldTable>): Promise<void> {
    const held = await this.#load()
    held.set(dataset, new Map(tables))
  }

  /** Marks the tables of a dataset stale, because its file can no longer be read. Returns those tables, by id. */
  async markStale(dataset: string, reason: string): Promise<Map<string, HeldTable>> {
    const held = await this.#load()
    const own = new Map([...(held.get(dataset) ?? [])].map(([id, table]) => [id, { ...table, stale: reason.slice(0, 2000) }]))
    held.set(dataset, own)
    return new Map(own)
  }

  /** Removes the tables of all datasets but these. */
  async keepOnly(datasets: ReadonlySet<string>): Promise<void> {
    const held = await this.#load()
    for (const dataset of held.keys()) if (!datasets.has(dataset)) held.delete(dataset)
  }

  /** The keys of all copies in use. */
  async keys(): Promise<Set<string>> {
    return new Set([...(await this.#load()).values()].flatMap((own) => [...own.values()].map(({ key }) => key)))
  }

  /** Writes the memory file. */
  async save(): Promise<void> {
    await replaceFile(this.memory, JSON.stringify(Object.fromEntries([...(await this.#load()).values()].flatMap((own) => [...own]))))
  }

  async #load(): Promise<Map<string, Held>> {
    if (this.#tables === undefined) {
      const read = await keptText(this.memory)
        .then((text) => (text === undefined ? {} : heldSchema.parse(JSON.parse(text))))
        .catch(() => ({}))
      this.#tables ??= byDataset(read)
    }
    return this.#tables
  }
}

function byDataset(tables: Readonly<Record<string, HeldTable>>): Map<string, Held> {
  const held = new Map<string, Held>()
  for (const [id, table] of Object.entries(tables)) {
    const own = held.get(datasetOf(id))
    if (own === undefined) held.set(datasetOf(id), new Map([[id, table]]))
    else own.set(id, table)
  }
  return held
}

const datasetOf = (id: string) => id.slice(0, id.indexOf('/'))
