import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { QueryContext } from '../../src/query/run.js'
import { runQuery } from '../../src/query/run.js'
import { type Bench, catalogueOf, contextOf, failureOf, openBench, tableOf, textOf } from '../support/query.js'
import { openTableSource } from './support/table-source.js'
import type { WorldTable } from './support/world.js'

const schools: WorldTable = {
  id: 'camden/schools/schools',
  spokeId: 'camden',
  columns: [
    { name: 'urn', type: 'INT64' },
    { name: 'name', type: 'STRING' },
  ],
  rows: [
    ['1', 'Acland'],
    ['2', 'Beckford'],
    ['2', 'Beckford annexe'],
    [null, 'Unnumbered'],
  ],
}
const visits: WorldTable = {
  id: 'camden/visits/visits',
  spokeId: 'camden',
  columns: [
    { name: 'urn', type: 'INT64' },
    { name: 'day', type: 'DATE' },
  ],
  rows: [
    ['2', '2026-01-01'],
    ['2', '2026-01-02'],
    ['3', '2026-01-03'],
    [null, '2026-01-04'],
  ],
}
const elsewhere: WorldTable = { ...visits, id: 'barnet/visits/visits', spokeId: 'barnet' }
const dotted: WorldTable = { ...visits, id: 'camden/dotted/a.b' }
const tables = [schools, visits, elsewhere, dotted]

let bench: Bench
let context: QueryContext
const opened: { close(): Promise<void> }[] = []
beforeAll(async () => {
  bench = await openBench()
  const open = async (spokeId: string) => {
    const own = tables.filter((table) => table.spokeId === spokeId)
    const source = await openTableSource(bench.engine, bench.folder, own, everything)
    opened.push(source)
    return source
  }
  context = contextOf(
    bench.hub,
    tables.map(({ id, columns, rows }) => tableOf(id, columns, { rowCount: rows.length })),
    { camden: await open('camden'), barnet: await open('barnet') },
  )
})
afterAll(async () => {
  for (const source of opened) await source.close()
  await bench.close()
})

async function ask(input: object) {
  const result = await runQuery(input, context)
  try {
    return { ...result, rows: JSON.parse(await textOf(result, 'rows', 'EXACT')) as unknown[][] }
  } finally {
    await result.release()
  }
}

const from = { table: schools.id }
const on = [{ left: 'urn', right: 'urn' }]

describe.each([
  ['of one source', visits.id],
  ['of two sources', elsewhere.id],
])('a join %s', (_, right) => {
  const table = { table: right }
  const counts = {
    ...{ left: 'schools', right: 'visits', leftRows: 4, leftMatched: 2, leftNullKeys: 1, leftDamagedKeys: 0, leftKeys: 2, leftRate: 0.5 },
    ...{ rightRows: 4, rightMatched: 2, rightNullKeys: 1, rightDamagedKeys: 0, rightKeys: 2, rightRate: 0.5, matchedKeys: 1 },
  }

  it('INNER has the rows of both that belong together', async () => {
    const { columns, rows, matches } = await ask({ from, joins: [{ table, on }], orderBy: [{ column: 'name' }, { column: 'day' }] })
    expect(columns.map(({ name }) => name)).toEqual(['schools.urn', 'name', 'visits.urn', 'day'])
    expect(rows).toEqual([
      [2, 'Beckford', 2, '2026-01-01'],
      [2, 'Beckford', 2, '2026-01-02'],
      [2, 'Beckford annexe', 2, '2026-01-01'],
      [2, 'Beckford annexe', 2, '2026-01-02'],
    ])
    expect(matches).toEqual([{ ...counts, joinedRows: 4, largestFanOut: 4 }])
  })

  it('LEFT has every row of the left side', async () => {
    const { rows, matches } = await ask({
      ...{ from, joins: [{ table, type: 'LEFT', on }], select: [{ column: 'name' }, { column: 'day' }] },
      where: { column: 'day', isNull: true },
    })
    expect(rows.toSorted()).toEqual([
      ['Acland', null],
      ['Unnumbered', null],
    ])
    expect(matches).toEqual([{ ...counts, joinedRows: 6, largestFanOut: 4 }])
  })

  it('ANTI has the rows of the left side without a partner, null keys included', async () => {
    const { columns, rows, matches } = await ask({ from, joins: [{ table, type: 'ANTI', on }], orderBy: [{ column: 'name' }] })
    expect(columns.map(({ name }) => name)).toEqual(['urn', 'name'])
    expect(rows).toEqual([
      [1, 'Acland'],
      [null, 'Unnumbered'],
    ])
    expect(matches).toEqual([{ ...counts, joinedRows: 2, largestFanOut: null }])
  })

  it('is filtered before and after, grouped and paged as one table is', async () => {
    const { rows, matches } = await ask({
      from,
      joins: [{ table: { ...table, where: { column: 'day', gte: '2026-01-02' } }, on }],
      where: { column: 'name', startsWith: 'Beckford' },
      groupBy: [{ column: 'name' }],
      measures: [{ function: 'COUNT' }, { function: 'MAX', column: 'day', as: 'last' }],
      having: { column: 'count', gte: 1 },
      orderBy: [{ column: 'name', direction: 'DESC' }],
      limit: 1,
    })
    expect(rows).toEqual([['Beckford annexe', 1, '2026-01-02']])
    expect(matches[0]).toMatchObject({ leftRows: 2, rightRows: 3, joinedRows: 2 })
  })
})

describe('a query with joins', () => {
  it('may join a table with itself', async () => {
    const { rows } = await ask({
      from: { ...from, as: 'one' },
      joins: [{ table: { ...from, as: 'other' }, on }],
      measures: [{ function: 'COUNT' }],
    })
    expect(rows).toEqual([[5]])
  })

  it('joins up to eight tables, each to all before it', async () => {
    const joins = Array.from({ length: 7 }, (_, at) => ({
      table: { table: at % 2 === 0 ? elsewhere.id : visits.id, as: `v${at}`, where: { column: 'day', eq: '2026-01-01' } },
      on: [{ left: at === 0 ? 'schools.urn' : `v${at - 1}.urn`, right: 'urn' }],
    }))
    const { rows, matches } = await ask({ from, joins, measures: [{ function: 'COUNT' }] })
    expect(rows).toEqual([[2]])
    expect(matches.map(({ joinedRows }) => joinedRows)).toEqual(Array.from({ length: 7 }, () => 2))
    expect(matches[6]?.left).toBe('schools ⋈ v0 ⋈ v1 ⋈ v2 ⋈ v3 ⋈ v4 ⋈ v5')
  })

  it('is told which candidates an ambiguous name has', async () => {
    const error = await failureOf(() => ask({ from, joins: [{ table: { table: visits.id }, on }], select: [{ column: 'urn' }] }))
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['select', 0, 'column'] })
    expect(error.message).toBe("Several tables have a column 'urn'. Say which: schools.urn or visits.urn.")
  })

  const swapped = "'left' names a column of the tables before, 'right' one of the table that is joined: they seem to be swapped."
  const notSwapped = swapped.replace(': they seem to be swapped', '')
  it.each([
    ['the names of a key swapped', { left: 'day', right: 'name' }, 'left', `'day' is a column of the table that is joined. ${swapped}`],
    [
      'qualified names swapped',
      { left: 'visits.urn', right: 'schools.urn' },
      'left',
      `'visits.urn' is a column of the table that is joined. ${swapped}`,
    ],
    [
      'names swapped, one of them in both',
      { left: 'day', right: 'urn' },
      'left',
      `'day' is a column of the table that is joined. ${swapped}`,
    ],
    ['both of the right', { left: 'day', right: 'day' }, 'left', `'day' is a column of the table that is joined. ${notSwapped}`],
    ['both of the left', { left: 'name', right: 'name' }, 'right', `'name' is a column of a table before it. ${notSwapped}`],
    ['a name of neither', { left: 'nme', right: 'day' }, 'left', "There is no column 'nme' here. Did you mean 'name'?"],
  ])('is told which side a column is of: %s', async (_what, key, side, message) => {
    const error = await failureOf(() => ask({ from, joins: [{ table: { table: visits.id }, on: [...on, key] }] }))
    expect(error).toMatchObject({ code: 'UNKNOWN_COLUMN', message, inputPath: ['joins', 0, 'on', 1, side] })
  })

  it('means the right table where one alias begins as another does', async () => {
    const { rows } = await ask({
      from: { ...from, as: 'a' },
      joins: [{ table: { table: dotted.id }, on: [{ left: 'a.urn', right: 'a.b.urn' }] }],
      select: [{ column: 'a.urn' }, { column: 'a.b.day' }],
      where: { column: 'a.b.day', eq: '2026-01-01' },
      limit: 1,
    })
    expect(rows).toEqual([[2, '2026-01-01']])
  })

  it('pages through the rows without an order and neither repeats nor skips one', async () => {
    const joined = { from, joins: [{ table: { table: elsewhere.id }, type: 'LEFT', on }], select: [{ column: 'name' }, { column: 'day' }] }
    const pages = await Promise.all([0, 1, 2, 3, 4, 5].map((offset) => ask({ ...joined, limit: 1, offset })))
    expect(pages.flatMap(({ rows }) => rows)).toEqual((await ask(joined)).rows)
  })

  it('is refused where two tables have one name', async () => {
    const error = await failureOf(() => ask({ from, joins: [{ table: from, on }] }))
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['joins', 0, 'table'] })
  })

  it('is told how keys of unlike types could be compared', async () => {
    const error = await failureOf(() => ask({ from, joins: [{ table: { table: visits.id }, on: [{ left: 'name', right: 'urn' }] }] }))
    expect(error).toMatchObject({ code: 'TYPE_MISMATCH', inputPath: ['joins', 0, 'on', 0] })
    expect(error.message).toMatch(/'name' is STRING and 'visits\.?urn' is INT64|'name' is STRING and 'urn' is INT64/)
    expect(error.message).toMatch(/normalise: UPRN or TEXT/)
  })

  it('is refused before anything is read where it would have very many rows', async () => {
    const large = { ...context, catalogue: catalogueOf([tableOf(schools.id, schools.columns, { rowCount: 100_000 })]) }
    const joins = [{ table: { ...from, as: 'other' }, on: [{ left: '_spoke', right: '_spoke' }] }]
    const error = await failureOf(() => runQuery({ from, joins, measures: [{ function: 'COUNT' }] }, large))
    expect(error).toMatchObject({ code: 'RESULT_TOO_LARGE', inputPath: ['joins', 0, 'on'] })
    expect(error.message).toMatch(/^Join 1 would have about 10,000,000,000 rows: many rows of both sides have the same key\./)
  })

  it('is not refused by a guess, where its sides are filtered', async () => {
    const large = { ...context, catalogue: catalogueOf([tableOf(schools.id, schools.columns, { rowCount: 100_000 })]) }
    const where = { column: 'urn', lte: 1 }
    const joins = [{ table: { ...from, as: 'other', where }, on: [{ left: '_spoke', right: '_spoke' }] }]
    const result = await runQuery({ from: { ...from, where }, joins, measures: [{ function: 'COUNT' }] }, large)
    expect(JSON.parse(await textOf(result, 'rows', 'EXACT'))).toEqual([[1]])
    await result.release()
  })

  it('is not told to compare as texts what is never equal as texts', async () => {
    const error = await failureOf(() => ask({ from: { table: visits.id }, joins: [{ table: from, on: [{ left: 'day', right: 'urn' }] }] }))
    expect(error.message).not.toMatch(/normalise/)
  })

  it.each([
    ['INNER', [], []],
    ['LEFT', [['Acland'], ['Beckford'], ['Beckford annexe'], ['Unnumbered']], ['Rows have nulls here']],
    ['ANTI', [['Acland'], ['Beckford'], ['Beckford annexe'], ['Unnumbered']], ['Rows are in this answer']],
  ])('warns under PARTIAL where a partner may be at a source that failed: %s', async (type, rows, begins) => {
    const partial = { ...context, sources: { get: (spokeId: string) => (spokeId === 'barnet' ? undefined : context.sources.get(spokeId)) } }
    const input = {
      from,
      joins: [{ table: { table: elsewhere.id }, type, on }],
      select: [{ column: 'name' }],
      orderBy: [{ column: 'name' }],
    }
    // The plan is made while the source is there.
    let planned = false
    const sources = { get: (spokeId: string) => (planned ? partial.sources.get(spokeId) : context.sources.get(spokeId)) }
    const stage: NonNullable<QueryContext['stage']> = async (name, work) => {
      planned = name === 'execute'
      return work()
    }
    const result = await runQuery({ ...input, onSourceError: 'PARTIAL' }, { ...context, sources, stage })
    expect(JSON.parse(await textOf(result, 'rows', 'EXACT'))).toEqual(rows)
    expect(result.complete).toBe(false)
    expect(result.warnings.map(({ code }) => code)).toEqual(begins.map(() => 'PARTNERS_UNKNOWN'))
    expect(result.warnings.map(({ message }) => message)).toEqual(
      begins.map((text) => `${text} that may have a partner in visits, the right side of join 1: barnet did not answer.`),
    )
    await result.release()
  })
})
