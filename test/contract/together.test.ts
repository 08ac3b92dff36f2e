import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runQuery } from '../../src/query/run.js'
import { drawQuery } from '../query/support/arbitrary-query.js'
import { cellOf, type World } from '../query/support/arbitrary-world.js'
import { checkAnswer, checkMatches } from '../query/support/check-answer.js'
import { oracle } from '../query/support/oracle.js'
import type { WorldTable } from '../query/support/world.js'
import { type Bench, contextOf, openBench, tableOf, textOf } from '../support/query.js'
import type { Held } from './harness.js'
import { filesHarness } from './harnesses/files.js'
import { postgresHarness } from './harnesses/postgres.js'
import { spokeHarness } from './harnesses/spoke.js'
import { long, runsOf } from '../support/long.js'

const runs = runsOf(100, 200)
const harnesses = { camden: spokeHarness, barnet: filesHarness, lambeth: postgresHarness }
const columns: WorldTable['columns'] = (
  ['STRING', 'BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ'] as const
).map((type, index) => ({
  name: ['a', 'Ward Name', '__proto__', 'it\'s "b"', 'x.y', 'Größe', 'count', 'when'][index] as string,
  type,
  ...(type === 'DECIMAL' ? { scale: 2 } : {}),
}))

let bench: Bench
let held: Record<string, Held>
let tables: WorldTable[]
beforeAll(async () => {
  bench = await openBench()
  const given = Object.keys(harnesses).map((spokeId, seed): WorldTable => ({
    id: 't-0',
    spokeId,
    columns,
    rows: fc.sample(fc.tuple(...columns.map((column) => fc.option(cellOf(column), { freq: 6 }))), { numRuns: 60, seed }),
  }))
  const opened = await Promise.all(
    given.map(async (table) => [table.spokeId, await harnesses[table.spokeId as keyof typeof harnesses].open(bench, [table])] as const),
  )
  held = Object.fromEntries(opened)
  tables = await Promise.all(
    given.map(async (table) => ({ ...table, id: `${table.spokeId}/${await tableId(held[table.spokeId] as Held)}` })),
  )
})
afterAll(async () => {
  for (const one of Object.values(held)) await one.remove()
  await bench.close()
})

/** As the source itself knows its one table. */
async function tableId({ source }: Held): Promise<string> {
  for await (const event of source.harvest(undefined, new AbortController().signal)) {
    if (event.kind === 'dataset') return `${event.dataset.id}/${event.dataset.tables[0]?.id}`
  }
  throw new Error('the harvest tells of no table')
}

test(
  `a query over a folder, a PostgreSQL and a spoke together is answered as plain loops do (${runs} runs)`,
  { tags: [long] },
  async () => {
    const property = fc.asyncProperty(fc.gen(), async (g) => {
      const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
      const chosen = draw(fc.subarray(tables, { minLength: 2 }))
      const joined = draw(fc.nat(2)) === 0 ? [{ from: { table: draw(fc.constantFrom(...chosen)).id }, shared: columns }] : []
      const from = { union: chosen.map(({ id }) => id) }
      const world: World = { tables: chosen, from, shared: columns, joined, capabilities: {}, chunkRows: {} }
      const query = drawQuery(draw, world)
      const sources = Object.fromEntries(Object.entries(held).map(([spokeId, { source }]) => [spokeId, source]))
      const known = tables.map((table) =>
        tableOf(
          table.id,
          columns.map((column, index) => (index % 2 === 0 ? { ...column, statistics: { distinctCount: 60, nullRatio: 0.1 } } : column)),
          { rowCount: 60 },
        ),
      )
      const result = await runQuery(query, contextOf(bench.hub, known, sources))
      try {
        const whole = oracle(query, chosen)
        checkAnswer(query, whole, result, JSON.parse(await textOf(result)) as unknown[][])
        checkMatches(whole, result)
      } catch (thrown) {
        throw new Error(`${String(thrown)}\nquery ${JSON.stringify(query)}`, { cause: thrown })
      } finally {
        await result.release()
      }
    })
    await fc.assert(property, {
      numRuns: runs,
      endOnFailure: true,
    })
    for (const one of Object.values(held)) await expect.poll(() => one.leftovers()).toEqual([])
    expect(await readdir(bench.folder)).toEqual([])
  },
)
