import { z } from 'zod'
import { columnSchema } from '../../../../src/connector/column.js'
import { keptText } from '../../held-file.js'
import { replaceFile } from '../../replace-file.js'

const heldTableSchema = z.strictObject({
  dataset: z.string(),
  /** The key of the copy, and the table's file in it. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  file: z.string().regex(/^t\d+\.(duckdb|parquet)$/),
  columns: z.array(columnSchema),
  rowCount: z.number().int().min(0),
  /** The position of the indexed column. */
  indexed: z.number().int().min(0).optional(),
  /** ISO 8601: when the original file was last changed. */
  asOf: z.string(),
  /** Why these rows are older than the present file. */
  stale: z.string().max(2000).optional(),
})
/** A table as it was last harvested. Scans read this, whatever happened to the file since. */
export type HeldTable = z.infer<typeof heldTableSchema>

const heldSchema = z.record(z.string(), heldTableSchema)

/** The harvested tables by id (`libraries/libraries`). A file keeps them over a restart. */
export class HarvestedTables {
  #tables: Map<string, HeldTable> | undefined

  /** @param memory the file that keeps the tables. If it cannot be read, no table is known. */
  constructor(private readonly memory: string) {}

  /** The table with this id, if it was harvested. */
  async get(id: string): Promise<HeldTable | undefined> {
    return (await this.#load()).get(id)
  }

  /** Replaces all tables of one dataset. */
  async replace(dataset: string, tables: ReadonlyMap<string, HeldTable>): Promise<void> {
    const held = await this.#load()
    for (const [id, table] of held) if (table.dataset === dataset) held.delete(id)
    for (const [id, table] of tables) held.set(id, table)
  }

  /** Marks the tables of a dataset stale, because its file can no longer be read. Returns those tables, by id. */
  async markStale(dataset: string, reason: string): Promise<Map<string, HeldTable>> {
    const held = await this.#load()
    const own = [...held]
      .filter(([, table]) => table.dataset === dataset)
      .map(([id, table]) => [id, { ...table, stale: reason.slice(0, 2000) }] as const)
    for (const [id, table] of own) held.set(id, table)
    return new Map(own)
  }

  /** Removes the tables of all datasets but these. */
  async keepOnly(datasets: ReadonlySet<string>): Promise<void> {
    const held = await this.#load()
    for (const [id, { dataset }] of held) if (!datasets.has(dataset)) held.delete(id)
  }

  /** The keys of all copies in use. */
  async keys(): Promise<Set<string>> {
    return new Set([...(await this.#load()).values()].map(({ key }) => key))
  }

  /** Writes the memory file. */
  async save(): Promise<void> {
    await replaceFile(this.memory, JSON.stringify(Object.fromEntries(await this.#load())))
  }

  async #load(): Promise<Map<string, HeldTable>> {
    if (this.#tables === undefined) {
      const read = await keptText(this.memory)
        .then((text) => (text === undefined ? {} : heldSchema.parse(JSON.parse(text))))
        .catch(() => ({}))
      this.#tables ??= new Map(Object.entries(read))
    }
    return this.#tables
  }
}
