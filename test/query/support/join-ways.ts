import { type Capabilities, everything } from '../../../src/connector/capabilities.js'
import type { DatasetDescription } from '../../../src/connector/catalogue.js'
import type { Source } from '../../../src/connector/source.js'
import type { MatchReport } from '../../../src/query/7-result/match-report.js'
import type { QueryResult } from '../../../src/query/7-result/query-result.js'
import { runQuery } from '../../../src/query/run.js'
import { type Bench, contextOf, tableOf, textOf } from '../../support/query.js'
import { openTableSource } from './table-source.js'
import type { WorldTable } from './world.js'

/** Where the two tables of a join are, and what their sources can do. */
export const ways = [
  ['at one source that can join', { left: 'camden', right: 'camden', can: everything }],
  ['across two sources', { left: 'camden', right: 'barnet', can: everything }],
  ['at one source that can nothing', { left: 'camden', right: 'camden', can: {} }],
  ['across two sources of which one can nothing', { left: 'camden', right: 'barnet', can: everything, rightCan: {} }],
  ['across two sources, the right said to be large', { left: 'camden', right: 'barnet', can: everything, large: 'r' }],
  ['across two sources, the left said to be large', { left: 'camden', right: 'barnet', can: everything, large: 'l' }],
] as const satisfies readonly [string, Way][]

export interface Way {
  readonly left: string
  readonly right: string
  readonly can: Capabilities
  /** Of the right side's source, where it is another. Default: `can`. */
  readonly rightCan?: Capabilities
  /** A side whose catalogue has a large number of rows, so that it gets the keys of the other. */
  readonly large?: 'l' | 'r'
}

/** Columns and rows of one side. */
export type JoinSide = Pick<WorldTable, 'columns' | 'rows'>

export interface JoinAsked {
  type?: string
  on: { left: string; right: string; normalise?: string }[]
  /** Before the join. */
  ofLeft?: object
  ofRight?: object
  [more: string]: unknown
}

export interface JoinAnswer {
  columns: string[]
  /** Sorted by their texts, unless the query says an order. */
  rows: unknown[][]
  match: MatchReport
  sources: QueryResult['sources']
}

/** Joins two sides, called l and r, and answers the rows and what matched. */
export async function joinBy(
  bench: Bench,
  { left, right, can, rightCan = can, large }: Way,
  l: JoinSide,
  r: JoinSide,
  asked: JoinAsked,
): Promise<JoinAnswer> {
  const tables = [
    { ...l, id: `${left}/l/l`, spokeId: left },
    { ...r, id: `${right}/r/r`, spokeId: right },
  ]
  const open = (spokeId: string, own: Capabilities) =>
    openTableSource(
      bench.engine,
      bench.folder,
      tables.filter((table) => table.spokeId === spokeId),
      own,
    )
  const sources = { [left]: await open(left, can), ...(right === left ? {} : { [right]: await open(right, rightCan) }) }
  try {
    return await joinOf(bench, sources, tables, asked, large)
  } finally {
    for (const source of Object.values(sources)) await source.close()
  }
}

/** Joins the first of two tables with the second. */
export async function joinOf(
  bench: Bench,
  sources: Readonly<Record<string, Source>>,
  tables: readonly Pick<WorldTable, 'id' | 'columns' | 'rows'>[],
  { type = 'INNER', on, ofLeft, ofRight, ...more }: JoinAsked,
  large?: Way['large'],
): Promise<JoinAnswer> {
  const [left, right] = tables.map(({ id }) => id)
  const context = contextOf(
    bench.hub,
    tables.map(({ id, columns, rows }, at) => tableOf(id, columns, { rowCount: large === 'lr'[at] ? 1_000_000 : rows.length })),
    sources,
  )
  const where = (filter: object | undefined) => (filter === undefined ? {} : { where: filter })
  const result = await runQuery(
    {
      from: { table: left, as: 'l', ...where(ofLeft) },
      joins: [{ table: { table: right, as: 'r', ...where(ofRight) }, type, on }],
      ...more,
    },
    context,
  )
  try {
    const rows = JSON.parse(await textOf(result)) as unknown[][]
    const sorted =
      more['orderBy'] === undefined ? rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)) : rows
    return {
      columns: result.columns.map(({ name }) => name),
      rows: sorted,
      match: result.matches[0] as MatchReport,
      sources: result.sources,
    }
  } finally {
    await result.release()
  }
}

/** The same source, that takes nothing but whole rows. */
export function canNothing(source: Source): Source {
  return {
    harvest: (...given) => source.harvest(...given),
    capabilities: () => Promise.resolve({}),
    plan: (...given) => source.plan(...given),
    native: (...given) => source.native(...given),
    execute: (...given) => source.execute(...given),
    health: (...given) => source.health(...given),
    close: () => source.close(),
  }
}

/** The one table of the dataset of this name, as it was harvested, at a spoke of this id. Its rows are the source's. */
export function harvested(datasets: readonly DatasetDescription[], spokeId: string, name: string): WorldTable {
  const dataset = datasets.find(({ id }) => id === name)
  const table = dataset?.tables[0]
  if (dataset === undefined || table === undefined) throw new Error(`no table ${name} was harvested`)
  const columns = table.columns.map(({ name: column, type, scale }) => ({ name: column, type, ...(scale === undefined ? {} : { scale }) }))
  return { id: `${spokeId}/${dataset.id}/${table.id}`, spokeId, columns, rows: [] }
}

/** The side that a name of a test calls large. */
export const largeOf = (way: string): Way['large'] =>
  way.endsWith('the left large') ? 'l' : way.endsWith('the right large') ? 'r' : undefined
