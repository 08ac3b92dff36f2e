import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { columnSchema } from '../../../../src/connector/column.js'
import { replaceFile } from '../../replace-file.js'

const heldTableSchema = z.strictObject({
  dataset: z.string(),
  /** The copy's key, and the table's file in it. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  file: z.string().regex(/^t\d+\.(duckdb|parquet)$/),
  columns: z.array(columnSchema),
  rowCount: z.number().int().min(0),
  /** The position of the column that the copy has an index of. */
  indexed: z.number().int().min(0).optional(),
  /** ISO 8601: when the file that it was made from was last changed. */
  asOf: z.string(),
  /** Why these rows are older than the file that the source has now. */
  stale: z.string().max(2000).optional(),
})
/** A table as it was last harvested: what a scan reads, whatever happened to the file since. */
export type HeldTable = z.infer<typeof heldTableSchema>

const heldSchema = z.record(z.string(), heldTableSchema)

/** The tables that were harvested, by id (`libraries/libraries`); kept over a restart. */
export class HarvestedTables {
  #tables: Map<string, HeldTable> | undefined

  /** @param memory the file in which they are kept; one that cannot be read is as good as none. */
  constructor(private readonly memory: string) {}

  async get(id: string): Promise<HeldTable | undefined> {
    return (await this.#load()).get(id)
  }

  /** Puts the tables of one dataset in the place of those that it had. */
  async replace(dataset: string, tables: ReadonlyMap<string, HeldTable>): Promise<void> {
    const held = await this.#load()
    for (const [id, table] of held) if (table.dataset === dataset) held.delete(id)
    for (const [id, table] of tables) held.set(id, table)
  }

  /** The file of a dataset is there and cannot be read: its rows are those of before. Answers its tables, by id. */
  async markStale(dataset: string, reason: string): Promise<Map<string, HeldTable>> {
    const held = await this.#load()
    const own = [...held]
      .filter(([, table]) => table.dataset === dataset)
      .map(([id, table]) => [id, { ...table, stale: reason.slice(0, 2000) }] as const)
    for (const [id, table] of own) held.set(id, table)
    return new Map(own)
  }

  /** Drops the tables of every dataset but these. */
  async keepOnly(datasets: ReadonlySet<string>): Promise<void> {
    const held = await this.#load()
    for (const [id, { dataset }] of held) if (!datasets.has(dataset)) held.delete(id)
  }

  /** The keys of all copies that tables are read from. */
  async keys(): Promise<Set<string>> {
    return new Set([...(await this.#load()).values()].map(({ key }) => key))
  }

  async save(): Promise<void> {
    await replaceFile(this.memory, JSON.stringify(Object.fromEntries(await this.#load())))
  }

  async #load(): Promise<Map<string, HeldTable>> {
    if (this.#tables === undefined) {
      const read = await readFile(this.memory, 'utf8')
        .then(
          (text) => heldSchema.parse(JSON.parse(text)),
          () => ({}),
        )
        .catch(() => ({}))
      this.#tables ??= new Map(Object.entries(read))
    }
    return this.#tables
  }
}
