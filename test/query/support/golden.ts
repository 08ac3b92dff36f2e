import { everything } from '../../../src/connector/capabilities.js'
import type { Capabilities } from '../../../src/connector/capabilities.js'
import type { Source } from '../../../src/connector/source.js'
import { explainQuery, type Explanation, type QueryContext, runQuery } from '../../../src/query/run.js'
import { type Bench, contextOf, openBench, tableOf, textOf } from '../../support/query.js'
import { decimalOf } from './cells.js'
import { openTableSource, type TableSource } from './table-source.js'
import type { WorldTable } from './world.js'

const columns = [
  { name: 'Name', type: 'STRING' },
  { name: 'ward', type: 'STRING' },
  { name: 'cost', type: 'DECIMAL', scale: 2 },
  { name: 'opened', type: 'DATE' },
] as const
const barnetColumns = [
  { name: 'Title', type: 'STRING' },
  { name: 'cost', type: 'INT64' },
  { name: 'opened', type: 'STRING' },
] as const

/** The tables in the catalogue. It gives more rows than there are, so that estimates can be recognised, and no number for Barnet. */
export const camden = tableOf('camden/libraries/libraries', columns, { rowCount: 1000 })
export const archive = tableOf('camden/archives/archives', columns, { rowCount: 10 })
export const barnet = tableOf('barnet/libraries/libraries', barnetColumns, { rowCount: null })

/** The real rows, few enough to work out an answer by hand. */
const rows: Record<'camden' | 'archive' | 'barnet', WorldTable['rows']> = {
  camden: [
    ['Kilburn', 'Kilburn', decimalOf('10.50'), '1987-03-30'],
    ['Holborn', 'Holborn', decimalOf('4.00'), '1987-03-02'],
    ['Swiss Cottage', 'Belsize', decimalOf('99.95'), '1964-11-10'],
    ['Highgate', 'Kilburn', null, '2021-05-01'],
    ['Queens Crescent', null, decimalOf('35.00'), null],
  ],
  archive: [
    ['Local Studies', 'Holborn', decimalOf('7.25'), '1970-01-05'],
    ['Deed Store', 'Camden Town', null, '1999-12-31'],
  ],
  barnet: [
    ['Hendon', 20n, '1929-11-01'],
    ['Golders Green', 5n, ' 1935-07-20 '],
    ['Colindale', null, null],
  ],
}

/** Camden's and Barnet's libraries under shared names. */
export const members = {
  members: [
    { table: camden.id, columns: [{ column: 'Name', as: 'name' }, { column: 'cost' }, { column: 'opened' }, { column: 'ward' }] },
    { table: barnet.id, columns: [{ column: 'Title', as: 'name' }, { column: 'cost' }, { column: 'opened', type: 'DATE' }] },
  ],
}

/** Two spokes that hold those rows as Parquet files. */
export interface Boroughs {
  /** Asks a query. Both spokes can do everything by default. */
  ask(input: object, capabilities?: Partial<Record<'camden' | 'barnet', Capabilities>>): Promise<Golden>
  close(): Promise<void>
}

/** A query's plan as text, and its answer. */
export interface Golden {
  /** The tree, the fragments with their native text, and the residual. */
  readonly plan: string
  readonly rows: unknown
  /** True where another page follows. */
  readonly truncated: boolean
}

export async function openBoroughs(): Promise<Boroughs> {
  const bench = await openBench()
  const held = await Promise.all([
    openTableSource(
      bench.engine,
      bench.folder,
      [tableWith(camden.id, columns, rows.camden), tableWith(archive.id, columns, rows.archive)],
      everything,
    ),
    barnetSource(bench),
  ])
  return {
    ask(input, capabilities = {}) {
      const [atCamden, atBarnet] = held.map((source, index) =>
        plainSpoken(source, bench, capabilities[index === 0 ? 'camden' : 'barnet'] ?? everything),
      ) as [Source, Source]
      return askGolden(input, contextOf(bench.hub, [camden, archive, barnet], { camden: atCamden, barnet: atBarnet }))
    },
    async close() {
      await Promise.all(held.map((source) => source.close()))
      await bench.close()
    },
  }
}

/** Barnet's spoke of `Boroughs`, alone. */
export async function openBarnet(bench: Bench): Promise<Source> {
  return plainSpoken(await barnetSource(bench), bench, everything)
}

function barnetSource(bench: Bench): Promise<TableSource> {
  return openTableSource(bench.engine, bench.folder, [tableWith(barnet.id, barnetColumns, rows.barnet)], everything)
}

/** Explains a query and runs it. */
export async function askGolden(input: object, context: QueryContext): Promise<Golden> {
  const plan = textOfPlan(await explainQuery(input, context))
  const result = await runQuery(input, context)
  try {
    return { plan, rows: JSON.parse(await textOf(result)) as unknown, truncated: result.truncated }
  } finally {
    await result.release()
  }
}

function textOfPlan({ text, fragments, residual }: Explanation): string {
  const parts = fragments.map(({ id, spokeId, tables, planned, native, remaining, estimatedRows, missingColumns }) =>
    [
      `${id} ${spokeId}: ${tables.join(', ')}; about ${estimatedRows ?? 'unknown'} rows`,
      `takes ${planned.pushedDown.join(', ')}; leaves ${remaining.join(', ') || 'nothing'}`,
      ...(missingColumns.length === 0 ? [] : [`lacks ${missingColumns.join(', ')}`]),
      native,
    ].join('\n'),
  )
  return ['', text, ...parts, `residual\n${residual}`, ''].join('\n\n')
}

/** The same source, with tables and columns instead of files in its native text. */
function plainSpoken(source: TableSource, { engine }: Bench, declared: Capabilities): Source {
  const native: Source['native'] = (pushed) =>
    engine.compile(pushed, ({ table, columns: wanted }) => `${table}(${wanted.map(({ name }) => name).join(', ')})`)
  return { ...source, capabilities: () => Promise.resolve(declared), native }
}

function tableWith(id: string, own: WorldTable['columns'], held: WorldTable['rows']): WorldTable {
  return { id, spokeId: id.split('/')[0] ?? '', columns: own, rows: held }
}
