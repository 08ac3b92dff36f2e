import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

/** A column of the generated table: the SQL that computes it from a spoke's row number `i`, and its type in PostgreSQL. */
interface Column {
  readonly name: string
  readonly sql: (spoke: number) => string
  readonly postgres: string
}

/** A pseudo-random number that is the same in every run. */
const drawn = (what: string, spoke: number, below: number) => `(hash(i, ${spoke}, '${what}') % ${below})::BIGINT`
const categories = [
  'Roads',
  'Schools',
  'Parks',
  'Libraries',
  'Housing',
  'Waste',
  'Care',
  'Leisure',
  'Planning',
  'Transport',
  'Culture',
  'Markets',
]
const days = 3652

/** The columns of the generated table. */
export const columns: readonly Column[] = [
  { name: 'id', postgres: 'bigint', sql: (spoke) => `${keyOf(spoke, 0)} + i` },
  { name: 'ward', postgres: 'text', sql: (spoke) => `'E0' || (5000000 + ${drawn('ward', spoke, 640)})` },
  {
    name: 'category',
    postgres: 'text',
    sql: (spoke) => `[${categories.map((category) => `'${category}'`).join(', ')}][1 + ${drawn('category', spoke, categories.length)}]`,
  },
  { name: 'amount', postgres: 'numeric(12, 2)', sql: (spoke) => `(${drawn('amount', spoke, 5_000_000)} / 100)::DECIMAL(12, 2)` },
  { name: 'paid', postgres: 'date', sql: (spoke) => `DATE '2015-01-01' + ${drawn('paid', spoke, days)}::INTEGER` },
  { name: 'uprn', postgres: 'bigint', sql: (spoke) => `10000000 + ${drawn('uprn', spoke, 1_000_000)}` },
  { name: 'supplier', postgres: 'text', sql: (spoke) => `'Supplier ' || ${drawn('supplier', spoke, 5000)} || ' Limited'` },
  { name: 'ratio', postgres: 'double precision', sql: (spoke) => `hash(i, ${spoke}, 'ratio')::DOUBLE / 2e19` },
  { name: 'cost_centre', postgres: 'bigint', sql: (spoke) => drawn('cost centre', spoke, 977) },
  { name: 'is_capital', postgres: 'boolean', sql: (spoke) => `${drawn('capital', spoke, 3)} = 0` },
]

/** The key of a spoke's row. Keys are unique over all spokes. */
export const keyOf = (spoke: number, row: number) => spoke * 1_000_000_000 + row

/** DuckDB in this process with its default settings for threads and memory. */
export async function openLocal(): Promise<{ connection: DuckDBConnection; close: () => Promise<void> }> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  return {
    connection,
    close: () => {
      connection.closeSync()
      instance.closeSync()
      return Promise.resolve()
    },
  }
}

/** Writes the rows of one spoke as a Parquet file, and as CSV where a path is given. */
export async function generate(connection: DuckDBConnection, spoke: number, rows: number, parquet: string, csv?: string): Promise<void> {
  await mkdir(dirname(parquet), { recursive: true })
  const selected = columns.map(({ name, sql }) => `${sql(spoke)} AS ${name}`).join(', ')
  await connection.run(`COPY (SELECT ${selected} FROM range(${rows}) t(i)) TO '${parquet}' (FORMAT parquet)`)
  if (csv !== undefined) await connection.run(`COPY (FROM '${parquet}') TO '${csv}' (FORMAT csv, HEADER)`)
}
