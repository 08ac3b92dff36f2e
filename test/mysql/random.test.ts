import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quoteName, quoteText } from '../../connectors/mysql/sql/text.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { type Column, columns as all, drawRelation, drawRows, type Table } from '../postgres/support/arbitrary-relation.js'
import { inEngine } from '../postgres/support/in-engine.js'
import { answer, textRows } from '../postgres/support/source.js'
import { missing, openMariaDb, type TestMariaDb } from './support/mariadb.js'
import { long, runsOf } from '../support/long.js'

const runs = runsOf(80, 150)
const names = ['one', 'two']
const natives: Readonly<Record<string, string>> = {
  name: 'varchar(40) COLLATE utf8mb4_general_ci',
  'Ward "A"': 'text COLLATE utf8mb4_bin',
  digits: 'char(20)',
  small: 'int',
  wide: 'bigint',
  ratio: 'double',
  cost: 'decimal(20,2)',
  day: 'date',
  at: 'datetime(6)',
}
/** MySQL has no BOOLEAN of its own, its TIME is another thing, and its TIMESTAMP has few years. */
const columns: readonly Column[] = all.flatMap((column) =>
  natives[column.name] === undefined ? [] : [{ ...column, native: natives[column.name] as string }],
)

describe.skipIf(missing !== undefined)(`any relation over MySQL${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let town: TestMariaDb
  beforeAll(async () => {
    town = await openMariaDb()
    await town.run(`SET sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'`)
    for (const name of names)
      await town.run(`CREATE TABLE ${name} (${columns.map((column) => `${quoteName(column.name)} ${column.native}`).join(', ')})`)
  })
  afterAll(() => town.close())

  async function fill(name: string, rows: Table['rows']): Promise<void> {
    await town.run(`DELETE FROM ${name}`)
    if (rows.length > 0)
      await town.run(
        `INSERT INTO ${name} VALUES ${rows.map((row) => `(${row.map((cell) => (cell === null ? 'NULL' : quoteText(cell))).join(', ')})`).join(', ')}`,
      )
  }

  it(`answers as the engine does over the same rows (${runs} runs)`, { tags: [long] }, async () => {
    const source = await town.open()
    const pushed = new Map<string, number>()
    const property = fc.asyncProperty(fc.gen(), async (g) => {
      const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
      const tables = names.map((name) => ({ id: `${name}/${name}`, rows: drawRows(draw, columns) }))
      const { relation, ordered } = drawRelation(
        draw,
        tables.map(({ id }) => id),
        columns,
      )
      for (const [index, name] of names.entries()) await fill(name, tables[index]?.rows ?? [])
      const session = await town.bench.hub.connect()
      let native = ''
      try {
        const expected = await textRows(session, town.bench.hub.compile(relation, inEngine(tables, columns)), shapesOf(relation).length)
        const { rows, planned } = await answer(town.bench, source, relation)
        native = source.native(planned.pushed)
        for (const operator of planned.pushedDown) pushed.set(operator, (pushed.get(operator) ?? 0) + 1)
        const texts = (found: typeof rows) =>
          ordered ? found.map((row) => JSON.stringify(row)) : found.map((row) => JSON.stringify(row)).sort()
        expect(texts(rows)).toEqual(texts(expected))
      } catch (thrown) {
        throw new Error(`${String(thrown)}\nrelation ${JSON.stringify(relation)}\ntables ${JSON.stringify(tables)}\nnative ${native}`, {
          cause: thrown,
        })
      } finally {
        await session.close()
      }
    })
    await fc.assert(property, {
      numRuns: runs,
      endOnFailure: process.env['SHRINK'] === undefined,
    })
    // Of few relations it may be that none has an aggregation or an order that MySQL answers exactly.
    for (const operator of runs < 500 ? ['PROJECT', 'FILTER'] : ['PROJECT', 'FILTER', 'AGGREGATE', 'SORT'])
      expect(pushed.get(operator) ?? 0, operator).toBeGreaterThan(0)
    expect(await readdir(town.bench.folder)).toEqual([])
  })
})
