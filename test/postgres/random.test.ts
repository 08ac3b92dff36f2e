import fc from 'fast-check'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shapesOf } from '../../src/connector/shapes.js'
import { quoteName, quoteText } from '../../connectors/postgres/sql/text.js'
import { columns, drawRelation, drawRows, type Table } from './support/arbitrary-relation.js'
import { inEngine } from './support/in-engine.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, textRows } from './support/source.js'
import { long, runsOf } from '../support/long.js'

const runs = runsOf(100, 200)
const names = ['one', 'two']

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
  await postgres.run(`CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`)
  for (const name of names)
    await postgres.run(`CREATE TABLE ${name} (${columns.map((column) => `${quoteName(column.name)} ${column.native}`).join(', ')})`)
})
afterAll(() => postgres.close())

async function fill(name: string, rows: Table['rows']): Promise<void> {
  await postgres.run(`TRUNCATE ${name}`)
  if (rows.length === 0) return
  const values = rows.map(
    (row) =>
      `(${row.map((cell, index) => (cell === null ? 'NULL' : `CAST(${quoteText(cell)} AS ${columns[index]?.native.split(' COLLATE')[0]})`)).join(', ')})`,
  )
  await postgres.run(`INSERT INTO ${name} VALUES ${values.join(', ')}`)
}

describe('any relation over PostgreSQL', () => {
  it(`answers as the engine does over the same rows (${runs} runs)`, { tags: [long] }, async () => {
    const source = await postgres.open()
    const pushed = new Map<string, number>()
    const property = fc.asyncProperty(fc.gen(), async (g) => {
      const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
      const tables = names.map((name) => ({ id: `${name}/${name}`, rows: drawRows(draw) }))
      const { relation, ordered } = drawRelation(
        draw,
        tables.map(({ id }) => id),
      )
      for (const [index, name] of names.entries()) await fill(name, tables[index]?.rows ?? [])
      const session = await postgres.bench.hub.connect()
      let native = ''
      try {
        const expected = await textRows(session, postgres.bench.hub.compile(relation, inEngine(tables, columns)), shapesOf(relation).length)
        const { rows, planned } = await answer(postgres.bench, source, relation)
        native = source.native(planned.pushed)
        for (const operator of planned.pushedDown) pushed.set(operator, (pushed.get(operator) ?? 0) + 1)
        const texts = (all: typeof rows) => (ordered ? all.map((row) => JSON.stringify(row)) : all.map((row) => JSON.stringify(row)).sort())
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
    for (const operator of ['PROJECT', 'FILTER', 'AGGREGATE', 'SORT', 'LIMIT'])
      expect(pushed.get(operator) ?? 0, operator).toBeGreaterThan(runs / 20)
    expect((await readdir(postgres.bench.folder)).filter((name) => !name.startsWith('store-'))).toEqual([])
  })
})
