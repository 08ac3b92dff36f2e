import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/connector/capabilities.js'
import { splitBy } from '../../src/connector/split.js'
import type { Source } from '../../src/connector/source.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { explainQuery } from '../../src/query/run.js'
import { contextOf, everything, failureOf, tableOf } from '../support/query.js'

const columns = [
  { name: 'Name', type: 'STRING' },
  { name: 'ward', type: 'STRING' },
  { name: 'cost', type: 'DECIMAL', scale: 2 },
  { name: 'opened', type: 'DATE' },
] as const
const camden = tableOf('camden/libraries/libraries', columns, { rowCount: 1000 })
const archive = tableOf('camden/archives/archives', columns, { rowCount: 10 })
const barnet = tableOf('barnet/libraries/libraries', [
  { name: 'Title', type: 'STRING' },
  { name: 'cost', type: 'INT64' },
  { name: 'opened', type: 'STRING' },
], { rowCount: null })

let engine: DuckDbEngine
beforeAll(async () => { engine = await DuckDbEngine.open({ folders: [], memoryMb: 64 }) })
afterAll(() => engine.close())

/** A source that only plans. */
function planning(capabilities: Capabilities): Source {
  const plan: Source['plan'] = ({ relation }, own) => {
    const split = splitBy(own, relation)
    return { ...split, native: engine.compile(split.taken, ({ table, columns: wanted }) => `${table}(${wanted.map(({ name }) => name).join(', ')})`) }
  }
  return { capabilities: () => Promise.resolve(capabilities), plan } as Partial<Source> as Source
}

/** The whole of a plan as text. */
async function explain(input: object, capabilities: Record<string, Capabilities> = {}): Promise<string> {
  const sources = { camden: planning(capabilities['camden'] ?? everything), barnet: planning(capabilities['barnet'] ?? everything) }
  const { text, fragments, residual } = await explainQuery(input, contextOf(engine, [camden, archive, barnet], sources))
  const parts = fragments.map(({ id, spokeId, tables, planned, left, estimatedRows, missingColumns }) =>
    [`${id} ${spokeId}: ${tables.join(', ')}; about ${estimatedRows ?? 'unknown'} rows`, `takes ${planned.pushedDown.join(', ')}; leaves ${left.join(', ') || 'nothing'}`,
      ...(missingColumns.length === 0 ? [] : [`lacks ${missingColumns.join(', ')}`]), planned.native].join('\n'))
  return ['', text, ...parts, `residual\n${residual}`, ''].join('\n\n')
}

/** Camden's and Barnet's libraries under shared names. */
const members = {
  members: [
    { table: camden.id, columns: [{ column: 'Name', as: 'name' }, { column: 'cost' }, { column: 'opened' }, { column: 'ward' }] },
    { table: barnet.id, columns: [{ column: 'Title', as: 'name' }, { column: 'cost' }, { column: 'opened', type: 'DATE' }] },
  ],
}

describe('plan', () => {
  it('sends the rows of one table whole, one more than the limit', async () => {
    const input = { from: { table: camden.id }, select: [{ column: 'Name' }], where: { column: 'cost', gte: '10.5' }, orderBy: [{ column: 'Name', direction: 'DESC' }], limit: 10, offset: 20 }
    expect(await explain(input)).toMatchInlineSnapshot(`
      "

      limit 11 offset 20
        sort $0 desc nulls last
          project $0
            filter $1 gte "10.5"
              scan camden/libraries/libraries [Name: STRING, cost: DECIMAL]

      #0 camden: camden/libraries/libraries; about 11 rows
      takes PROJECT, FILTER, SORT, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT c0 FROM (
          SELECT * FROM libraries/libraries(Name, cost) WHERE (c1 >= CAST('10.5' AS DECIMAL(38,1)))
        ) AS input
      ) AS input ORDER BY c0 DESC NULLS LAST LIMIT 11 OFFSET 20

      residual
      SELECT c0 FROM fragment('#0')

      "
    `)
  })

  it('sends the groups of one table whole', async () => {
    const input = {
      from: { table: camden.id },
      groupBy: [{ column: 'opened', granularity: 'MONTH' }, { column: '_spoke' }],
      measures: [{ function: 'AVG', column: 'cost' }, { function: 'COUNT' }],
      having: { column: 'count', gt: 1 },
    }
    expect(await explain(input)).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last, $1 asc nulls last
          filter $3 gt "1"
            project $0, $1, $2 / $3, $4
              aggregate sum($0), count($0), count(*) by month($1, Europe/London), $2
                project $0, $1, "camden"
                  scan camden/libraries/libraries [cost: DECIMAL, opened: DATE]

      #0 camden: camden/libraries/libraries; about 25 rows
      takes PROJECT, FILTER, AGGREGATE, SORT, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT * FROM (
          SELECT c0, c1, CASE WHEN c3 = 0 THEN NULL ELSE CAST(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT) // CAST(c3 AS HUGEINT) + CASE WHEN abs(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT) % CAST(c3 AS HUGEINT)) * 2 + abs(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT) // CAST(c3 AS HUGEINT)) % 2 > CAST(c3 AS HUGEINT) THEN sign(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT)) ELSE 0 END AS DECIMAL(38,0)) * CAST('0.00000001' AS DECIMAL(38,8)) END AS c2, c4 AS c3 FROM (
            SELECT CAST(date_trunc('month', c1) AS DATE) AS c0, c2 AS c1, CAST(CAST(sum(c0) AS VARCHAR) AS DECIMAL(38,2)) AS c2, count(c0) AS c3, count(*) AS c4 FROM (
              SELECT c0, c1, 'camden' AS c2 FROM libraries/libraries(cost, opened)
            ) AS input GROUP BY 1, 2
          ) AS input
        ) AS input WHERE (c3 > CAST('1' AS BIGINT))
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 1001

      residual
      SELECT c0, c1, c2, c3 FROM fragment('#0')

      "
    `)
  })

  it('sends counts and averages over two spokes as partial ones', async () => {
    const measures = [{ function: 'COUNT' }, { function: 'AVG', column: 'cost' }, { function: 'MIN', column: 'opened' }]
    expect(await explain({ from: members, groupBy: [{ column: 'ward' }], measures, where: { column: 'opened', lt: '2020-01-01' } })).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last
          project $0, $1, $2 / $3, $4
            aggregate count(*), sum($0), count($0), min($1) by $2
              stack
                filter $1 lt "2020-01-01"
                  scan camden/libraries/libraries [cost: DECIMAL, opened: DATE, ward: STRING]
                filter $1 lt "2020-01-01"
                  project $0 as DECIMAL, $1 as DATE, null
                    scan barnet/libraries/libraries [cost: INT64, opened: STRING]

      #0 camden: camden/libraries/libraries; about 25 rows
      takes PROJECT, FILTER, AGGREGATE; leaves nothing
      SELECT c2 AS c0, count(*) AS c1, CAST(CAST(sum(c0) AS VARCHAR) AS DECIMAL(38,2)) AS c2, count(c0) AS c3, min(c1) AS c4 FROM (
        SELECT * FROM libraries/libraries(cost, opened, ward) WHERE (c1 < CAST('2020-01-01' AS DATE))
      ) AS input GROUP BY 1

      #1 barnet: barnet/libraries/libraries; about unknown rows
      takes PROJECT, FILTER, AGGREGATE; leaves nothing
      lacks ward
      SELECT c2 AS c0, count(*) AS c1, CAST(CAST(sum(c0) AS VARCHAR) AS DECIMAL(38,2)) AS c2, count(c0) AS c3, min(c1) AS c4 FROM (
        SELECT * FROM (
          SELECT CAST(c0 AS DECIMAL(38,2)) AS c0, CASE WHEN c1 IS NULL OR regexp_full_match(trim(c1), '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CAST(trim(c1) AS DATE) ELSE error('Could not convert a text') END AS c1, CAST(NULL AS VARCHAR) AS c2 FROM libraries/libraries(cost, opened)
        ) AS input WHERE (c1 < CAST('2020-01-01' AS DATE))
      ) AS input GROUP BY 1

      residual
      SELECT * FROM (
        SELECT c0, c1, CASE WHEN c3 = 0 THEN NULL ELSE CAST(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT) // CAST(c3 AS HUGEINT) + CASE WHEN abs(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT) % CAST(c3 AS HUGEINT)) * 2 + abs(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT) // CAST(c3 AS HUGEINT)) % 2 > CAST(c3 AS HUGEINT) THEN sign(CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT)) ELSE 0 END AS DECIMAL(38,0)) * CAST('0.00000001' AS DECIMAL(38,8)) END AS c2, c4 AS c3 FROM (
          SELECT c0, CAST(coalesce(sum(c1), 0) AS BIGINT) AS c1, CAST(CAST(sum(c2) AS VARCHAR) AS DECIMAL(38,2)) AS c2, CAST(coalesce(sum(c3), 0) AS BIGINT) AS c3, min(c4) AS c4 FROM (
            (SELECT c0, c1, c2, c3, c4 FROM fragment('#0'))
            UNION ALL
            (SELECT c0, c1, c2, c3, c4 FROM fragment('#1'))
          ) AS input GROUP BY 1
        ) AS input
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001

      "
    `)
  })

  it('pulls the rows that a median over two spokes needs, and their columns alone', async () => {
    expect(await explain({ from: members, groupBy: [{ column: '_spoke' }], measures: [{ function: 'MEDIAN', column: 'cost' }] })).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last
          project $0, $1
            aggregate median($0) by $1
              stack
                project $0, "camden"
                  scan camden/libraries/libraries [cost: DECIMAL]
                project $0 as DECIMAL, "barnet"
                  scan barnet/libraries/libraries [cost: INT64]

      #0 camden: camden/libraries/libraries; about 1000 rows
      takes PROJECT; leaves nothing
      SELECT c1 AS c0, c0 AS c1 FROM (
        SELECT c0, 'camden' AS c1 FROM libraries/libraries(cost)
      ) AS input

      #1 barnet: barnet/libraries/libraries; about unknown rows
      takes PROJECT; leaves nothing
      SELECT c1 AS c0, c0 AS c1 FROM (
        SELECT CAST(c0 AS DECIMAL(38,2)) AS c0, 'barnet' AS c1 FROM libraries/libraries(cost)
      ) AS input

      residual
      SELECT * FROM (
        SELECT c0, c1 FROM (
          SELECT c0, median(CAST(c1 AS DOUBLE)) AS c1 FROM (
            (SELECT c0, c1 FROM fragment('#0'))
            UNION ALL
            (SELECT c0, c1 FROM fragment('#1'))
          ) AS input GROUP BY 1
        ) AS input
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001

      "
    `)
  })

  it('asks two spokes for the first rows of each', async () => {
    const select = [{ column: 'name' }, { column: 'ward' }]
    expect(await explain({ from: members, select, orderBy: [{ column: 'name' }], limit: 5, offset: 10 })).toMatchInlineSnapshot(`
      "

      limit 6 offset 10
        sort $0 asc nulls last, $1 asc nulls last
          project $0, $1
            stack
              scan camden/libraries/libraries [Name: STRING, ward: STRING]
              project $0, null
                scan barnet/libraries/libraries [Title: STRING]

      #0 camden: camden/libraries/libraries; about 16 rows
      takes PROJECT, SORT, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT c0, c1 FROM libraries/libraries(Name, ward)
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 16

      #1 barnet: barnet/libraries/libraries; about 16 rows
      takes PROJECT, SORT, LIMIT; leaves nothing
      lacks ward
      SELECT * FROM (
        SELECT c0, c1 FROM (
          SELECT c0, CAST(NULL AS VARCHAR) AS c1 FROM libraries/libraries(Title)
        ) AS input
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 16

      residual
      SELECT * FROM (
        (SELECT c0, c1 FROM fragment('#0'))
        UNION ALL
        (SELECT c0, c1 FROM fragment('#1'))
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 6 OFFSET 10

      "
    `)
  })

  it('takes nothing above a filter that a source cannot evaluate', async () => {
    const barely: Capabilities = { project: true, filter: new Set(['compare'] as const), limit: true, sort: true }
    const where = { or: [{ column: 'cost', gt: 1 }, { column: 'ward', isNull: true }] }
    expect(await explain({ from: { table: camden.id }, where, limit: 3 }, { camden: barely })).toMatchInlineSnapshot(`
      "

      limit 4 offset 0
        project $0, $1, $2, $3
          filter ($2 gt "1" or $1 is null)
            scan camden/libraries/libraries [Name: STRING, ward: STRING, cost: DECIMAL, opened: DATE]

      #0 camden: camden/libraries/libraries; about 1000 rows
      takes PROJECT; leaves FILTER, PROJECT, LIMIT
      SELECT c0, c1, c2, c3 FROM libraries/libraries(Name, ward, cost, opened)

      residual
      SELECT * FROM (
        SELECT c0, c1, c2, c3 FROM (
          SELECT * FROM fragment('#0') WHERE ((c2 > CAST('1' AS DECIMAL(38,0))) OR (c1 IS NULL))
        ) AS input
      ) AS input LIMIT 4

      "
    `)
  })

  it('stacks two tables of one spoke there', async () => {
    expect(await explain({ from: { union: [camden.id, archive.id] }, measures: [{ function: 'COUNT_DISTINCT', column: 'ward' }] })).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        project $0
          aggregate count_distinct($0)
            stack
              scan camden/libraries/libraries [ward: STRING]
              scan camden/archives/archives [ward: STRING]

      #0 camden: camden/libraries/libraries, camden/archives/archives; about 1 rows
      takes PROJECT, AGGREGATE, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT c0 FROM (
          SELECT count(DISTINCT c0) AS c0 FROM (
            (SELECT c0 FROM libraries/libraries(ward))
            UNION ALL
            (SELECT c0 FROM archives/archives(ward))
          ) AS input
        ) AS input
      ) AS input LIMIT 1001

      residual
      SELECT c0 FROM fragment('#0')

      "
    `)
  })

  it('asks for them one by one where the spoke cannot stack', async () => {
    const { stack: _, ...rest } = everything
    expect(await explain({ from: { union: [camden.id, archive.id] }, measures: [{ function: 'SUM', column: 'cost' }] }, { camden: rest })).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        project $0
          aggregate sum($0)
            stack
              scan camden/libraries/libraries [cost: DECIMAL]
              scan camden/archives/archives [cost: DECIMAL]

      #0 camden: camden/libraries/libraries; about 1 rows
      takes PROJECT, AGGREGATE; leaves nothing
      SELECT CAST(CAST(sum(c0) AS VARCHAR) AS DECIMAL(38,2)) AS c0 FROM libraries/libraries(cost)

      #1 camden: camden/archives/archives; about 1 rows
      takes PROJECT, AGGREGATE; leaves nothing
      SELECT CAST(CAST(sum(c0) AS VARCHAR) AS DECIMAL(38,2)) AS c0 FROM archives/archives(cost)

      residual
      SELECT * FROM (
        SELECT c0 FROM (
          SELECT CAST(CAST(sum(c0) AS VARCHAR) AS DECIMAL(38,2)) AS c0 FROM (
            (SELECT c0 FROM fragment('#0'))
            UNION ALL
            (SELECT c0 FROM fragment('#1'))
          ) AS input
        ) AS input
      ) AS input LIMIT 1001

      "
    `)
  })

  it('reads no column to count rows', async () => {
    expect(await explain({ from: { table: camden.id }, measures: [{ function: 'COUNT' }] })).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        project $0
          aggregate count(*)
            scan camden/libraries/libraries []

      #0 camden: camden/libraries/libraries; about 1 rows
      takes PROJECT, AGGREGATE, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT c0 FROM (
          SELECT count(*) AS c0 FROM libraries/libraries()
        ) AS input
      ) AS input LIMIT 1001

      residual
      SELECT c0 FROM fragment('#0')

      "
    `)
  })

  it('refuses to page deep into several sources without an order', async () => {
    const error = await failureOf(() => explain({ from: members, offset: 100_000 }))
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['offset'] })
    await explain({ from: members, offset: 100_000, orderBy: [{ column: 'name' }] })
    await explain({ from: { table: camden.id }, offset: 100_000 })
  })
})
