import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { Capabilities } from '../../src/connector/capabilities.js'
import { archive, type Boroughs, camden, openBoroughs } from './support/golden.js'

let boroughs: Boroughs
beforeAll(async () => {
  boroughs = await openBoroughs()
})
afterAll(() => boroughs.close())

describe('a plan over one source', () => {
  it('pushes a query of one table down whole, with one row more than the limit', async () => {
    const input = {
      from: { table: camden.id },
      select: [{ column: 'Name' }],
      where: { column: 'cost', gte: '10.5' },
      orderBy: [{ column: 'Name', direction: 'DESC' }],
      limit: 1,
      offset: 1,
    }
    const answer = await boroughs.ask(input)
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 2 offset 1
        sort $0 desc nulls last
          project $0
            filter $1 gte "10.5"
              scan camden/libraries/libraries [Name: STRING, cost: DECIMAL]

      #0 camden: camden/libraries/libraries; about 2 rows
      takes PROJECT, FILTER, SORT, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT c0 FROM (
          SELECT * FROM libraries/libraries(Name, cost) WHERE (c1 >= CAST('10.5' AS DECIMAL(38,1)))
        ) AS input
      ) AS input ORDER BY c0 DESC NULLS LAST LIMIT 2 OFFSET 1

      residual
      SELECT c0 FROM fragment('#0')

      "
    `)
    // The second of Swiss Cottage (99.95), Queens Crescent (35.00) and Kilburn (10.50).
    expect(answer).toMatchObject({ rows: [['Queens Crescent']], truncated: true })
  })

  it('pushes groups of one table down whole', async () => {
    const input = {
      from: { table: camden.id },
      groupBy: [{ column: 'opened', granularity: 'MONTH' }, { column: '_spoke' }],
      measures: [{ function: 'AVG', column: 'cost' }, { function: 'COUNT' }],
      having: { column: 'count', gt: 1 },
    }
    const answer = await boroughs.ask(input)
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last, $1 asc nulls last
          filter $3 gt "1"
            project $0, $1, $2 / $3, $4
              aggregate sum($0), count($0), count(*) by month($1, Europe/London), $2
                project $0, $1, "camden"
                  scan camden/libraries/libraries [cost: DECIMAL, opened: DATE]

      #0 camden: camden/libraries/libraries; about 34 rows
      takes PROJECT, FILTER, AGGREGATE, SORT, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT * FROM (
          SELECT c0, c1, CASE WHEN c3 = 0 THEN NULL ELSE list_transform([CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT)], lambda d: CAST(d // c3 + CASE WHEN abs(d % c3) * 2 + abs(d // c3) % 2 > c3 THEN sign(d) ELSE 0 END AS DECIMAL(38,0)) * CAST('0.00000001' AS DECIMAL(38,8)))[1] END AS c2, c4 AS c3 FROM (
            SELECT CAST(date_trunc('month', c1) AS DATE) AS c0, c2 AS c1, CASE WHEN sum(c0) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c0) WHEN sum(c0) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c2, count(c0) AS c3, count(*) AS c4 FROM (
              SELECT c0, c1, 'camden' AS c2 FROM libraries/libraries(cost, opened)
            ) AS input GROUP BY 1, 2
          ) AS input
        ) AS input WHERE (c3 > CAST('1' AS BIGINT))
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 1001

      residual
      SELECT c0, c1, c2, c3 FROM fragment('#0')

      "
    `)
    // (10.50 + 4.00) / 2 in March 1987. Every other month has one library.
    expect(answer.rows).toEqual([['1987-03-01', 'camden', '7.25000000', 2]])
  })

  it('pushes nothing down above a filter that the source cannot evaluate', async () => {
    const barely: Capabilities = { project: true, filter: new Set(['compare'] as const), limit: true, sort: true }
    const where = {
      or: [
        { column: 'cost', gt: 1 },
        { column: 'ward', isNull: true },
      ],
    }
    const answer = await boroughs.ask({ from: { table: camden.id }, where, limit: 3 }, { camden: barely })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 4 offset 0
        filter ($2 gt "1" or $1 is null)
          scan camden/libraries/libraries [Name: STRING, ward: STRING, cost: DECIMAL, opened: DATE]

      #0 camden: camden/libraries/libraries; about 1000 rows
      takes PROJECT; leaves FILTER, LIMIT
      SELECT c0, c1, c2, c3 FROM libraries/libraries(Name, ward, cost, opened)

      residual
      SELECT * FROM (
        SELECT * FROM fragment('#0') WHERE ((c2 > CAST('1' AS DECIMAL(38,0))) OR (c1 IS NULL))
      ) AS input LIMIT 4

      "
    `)
    expect(answer).toMatchObject({
      rows: [
        ['Kilburn', 'Kilburn', '10.50', '1987-03-30'],
        ['Holborn', 'Holborn', '4.00', '1987-03-02'],
        ['Swiss Cottage', 'Belsize', '99.95', '1964-11-10'],
      ],
      truncated: true,
    })
  })

  it('pushes a union of two tables down to their spoke', async () => {
    const answer = await boroughs.ask({
      from: { union: [camden.id, archive.id] },
      measures: [{ function: 'COUNT_DISTINCT', column: 'ward' }],
    })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        aggregate count_distinct($0)
          union
            scan camden/libraries/libraries [ward: STRING]
            scan camden/archives/archives [ward: STRING]

      #0 camden: camden/libraries/libraries, camden/archives/archives; about 1 rows
      takes PROJECT, AGGREGATE, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT count(DISTINCT c0) AS c0 FROM (
          (SELECT c0 FROM libraries/libraries(ward))
          UNION ALL
          (SELECT c0 FROM archives/archives(ward))
        ) AS input
      ) AS input LIMIT 1001

      residual
      SELECT c0 FROM fragment('#0')

      "
    `)
    // Kilburn, Holborn and Belsize, and Camden Town of the archives. A missing ward does not count.
    expect(answer.rows).toEqual([[4]])
  })

  it('asks for each table alone where the spoke cannot union', async () => {
    const { union: _, ...rest } = everything
    const answer = await boroughs.ask(
      { from: { union: [camden.id, archive.id] }, measures: [{ function: 'SUM', column: 'cost' }] },
      { camden: rest },
    )
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        aggregate sum($0)
          union
            scan camden/libraries/libraries [cost: DECIMAL]
            scan camden/archives/archives [cost: DECIMAL]

      #0 camden: camden/libraries/libraries; about 1 rows
      takes PROJECT, AGGREGATE; leaves nothing
      SELECT CASE WHEN sum(c0) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c0) WHEN sum(c0) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c0 FROM libraries/libraries(cost)

      #1 camden: camden/archives/archives; about 1 rows
      takes PROJECT, AGGREGATE; leaves nothing
      SELECT CASE WHEN sum(c0) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c0) WHEN sum(c0) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c0 FROM archives/archives(cost)

      residual
      SELECT * FROM (
        SELECT CASE WHEN sum(c0) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c0) WHEN sum(c0) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c0 FROM (
          (SELECT c0 FROM fragment('#0'))
          UNION ALL
          (SELECT c0 FROM fragment('#1'))
        ) AS input
      ) AS input LIMIT 1001

      "
    `)
    // 10.50 + 4.00 + 99.95 + 35.00 and 7.25.
    expect(answer.rows).toEqual([['156.70']])
  })

  it('reads no column to count rows', async () => {
    const answer = await boroughs.ask({ from: { table: camden.id }, measures: [{ function: 'COUNT' }] })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        aggregate count(*)
          scan camden/libraries/libraries []

      #0 camden: camden/libraries/libraries; about 1 rows
      takes PROJECT, AGGREGATE, LIMIT; leaves nothing
      SELECT * FROM (
        SELECT count(*) AS c0 FROM libraries/libraries()
      ) AS input LIMIT 1001

      residual
      SELECT c0 FROM fragment('#0')

      "
    `)
    expect(answer.rows).toEqual([[5]])
  })
})
