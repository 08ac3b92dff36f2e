import type { QueryContext } from '../../../src/query/run.js'
import { type Bench, contextOf, tableOf } from '../../support/query.js'
import type { World } from './arbitrary-world.js'
import { answering, failing, scanOf } from './fault.js'
import { openTableSource } from './table-source.js'

/**
 * A table with statistics for every other column. Every other table is taken for one of so many times as many rows, so that it aggregates
 * below joins and others send it their keys; or nobody knows how many rows any has. What the catalogue takes a table for must not change an
 * answer.
 */
function known({ id, columns, rows }: World['tables'][number], times: number | undefined) {
  const statistics = { distinctCount: rows.length, nullRatio: 0 }
  return tableOf(
    id,
    columns.map((column, index) => (index % 2 === 0 ? { ...column, statistics } : column)),
    { rowCount: times === undefined ? null : rows.length * (id.length % 2 === 0 ? times : 1) },
  )
}

/** Opens the sources of a world for some work, and closes them. @param times see `known`. */
export async function withWorld(
  bench: Bench,
  world: World,
  times: number | undefined,
  work: (context: QueryContext) => Promise<void>,
): Promise<void> {
  const spokes = [...new Set(world.tables.map(({ spokeId }) => spokeId))]
  const opened = await Promise.all(
    spokes.map(async (spokeId) => {
      const tables = world.tables.filter((table) => table.spokeId === spokeId)
      const source = await openTableSource(bench.engine, bench.folder, tables, world.capabilities[spokeId] ?? {}, world.chunkRows[spokeId])
      return { spokeId, source, asked: world.failed?.has(spokeId) === true ? answering(source, () => scanOf(failing())) : source }
    }),
  )
  try {
    await work(
      contextOf(
        bench.hub,
        world.tables.map((table) => known(table, times)),
        Object.fromEntries(opened.map(({ spokeId, asked }) => [spokeId, asked])),
      ),
    )
  } finally {
    await Promise.all(opened.map(({ source }) => source.close()))
  }
}
