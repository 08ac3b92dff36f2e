import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf } from '../support/query.js'
import { type Boroughs, camden, members, openBoroughs } from './support/golden.js'

let boroughs: Boroughs
beforeAll(async () => {
  boroughs = await openBoroughs()
})
afterAll(() => boroughs.close())

describe('a plan over several sources', () => {
  it('asks two spokes for partial counts and averages', async () => {
    const measures = [{ function: 'COUNT' }, { function: 'AVG', column: 'cost' }, { function: 'MIN', column: 'opened' }]
    const answer = await boroughs.ask({
      from: members,
      groupBy: [{ column: 'ward' }],
      measures,
      where: { column: 'opened', lt: '2020-01-01' },
    })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last
          project $0, $1, $2 / $3, $4
            aggregate count(*), sum($0), count($0), min($1) by $2
              filter $1 lt "2020-01-01"
                union
                  scan camden/libraries/libraries [cost: DECIMAL, opened: DATE, ward: STRING]
                  project $0 as DECIMAL, $1 as DATE, null
                    scan barnet/libraries/libraries [cost: INT64, opened: STRING]

      #0 camden: camden/libraries/libraries; about 34 rows
      takes PROJECT, FILTER, AGGREGATE; leaves nothing
      SELECT c2 AS c0, count(*) AS c1, CASE WHEN sum(c0) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c0) WHEN sum(c0) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c2, count(c0) AS c3, min(c1) AS c4 FROM (
        SELECT * FROM libraries/libraries(cost, opened, ward) WHERE (c1 < CAST('2020-01-01' AS DATE))
      ) AS input GROUP BY 1

      #1 barnet: barnet/libraries/libraries; about unknown rows
      takes PROJECT, FILTER, AGGREGATE; leaves nothing
      lacks ward
      SELECT c2 AS c0, count(*) AS c1, CASE WHEN sum(c0) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c0) WHEN sum(c0) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c2, count(c0) AS c3, min(c1) AS c4 FROM (
        SELECT * FROM (
          SELECT CAST(c0 AS DECIMAL(38,2)) AS c0, CASE WHEN c1 IS NULL OR regexp_full_match(trim(c1), '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CAST(trim(c1) AS DATE) ELSE error('Could not convert a text') END AS c1, CAST(NULL AS VARCHAR) AS c2 FROM libraries/libraries(cost, opened)
        ) AS input WHERE (c1 < CAST('2020-01-01' AS DATE))
      ) AS input GROUP BY 1

      residual
      SELECT * FROM (
        SELECT c0, c1, CASE WHEN c3 = 0 THEN NULL ELSE list_transform([CAST(replace(CAST(c2 AS VARCHAR), '.', '') || '000000' AS HUGEINT)], lambda d: CAST(d // c3 + CASE WHEN abs(d % c3) * 2 + abs(d // c3) % 2 > c3 THEN sign(d) ELSE 0 END AS DECIMAL(38,0)) * CAST('0.00000001' AS DECIMAL(38,8)))[1] END AS c2, c4 AS c3 FROM (
          SELECT c0, CAST(coalesce(sum(c1), 0) AS BIGINT) AS c1, CASE WHEN sum(c2) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c2) WHEN sum(c2) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c2, CAST(coalesce(sum(c3), 0) AS BIGINT) AS c3, min(c4) AS c4 FROM (
            (SELECT c0, c1, c2, c3, c4 FROM fragment('#0'))
            UNION ALL
            (SELECT c0, c1, c2, c3, c4 FROM fragment('#1'))
          ) AS input GROUP BY 1
        ) AS input
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001

      "
    `)
    // Barnet publishes no wards, so Hendon (20) and Golders Green (5) are the last group. Libraries that opened later, or at an unknown
    // date, are filtered out.
    expect(answer.rows).toEqual([
      ['Belsize', 1, '99.95000000', '1964-11-10'],
      ['Holborn', 1, '4.00000000', '1987-03-02'],
      ['Kilburn', 1, '10.50000000', '1987-03-30'],
      [null, 2, '12.50000000', '1929-11-01'],
    ])
  })

  it('fetches only the columns that a median over two spokes needs', async () => {
    const answer = await boroughs.ask({
      from: members,
      groupBy: [{ column: '_spoke' }],
      measures: [{ function: 'MEDIAN', column: 'cost' }],
    })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last
          aggregate median($0) by $1
            union
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
        SELECT c0, median(CAST(c1 AS DOUBLE)) AS c1 FROM (
          (SELECT c0, c1 FROM fragment('#0'))
          UNION ALL
          (SELECT c0, c1 FROM fragment('#1'))
        ) AS input GROUP BY 1
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001

      "
    `)
    // The medians: of 5 and 20, and of 10.50 and 35.00 with 4.00 and 99.95 outside them.
    expect(answer.rows).toEqual([
      ['barnet', 12.5],
      ['camden', 22.75],
    ])
  })

  it('merges deviations from counts, means and M2, and counts distinct values that the sources grouped by', async () => {
    const measures = [
      { function: 'STDDEV', column: 'cost' },
      { function: 'COUNT_DISTINCT', column: 'name' },
      { function: 'COUNT', column: 'cost' },
    ]
    const answer = await boroughs.ask({ from: members, groupBy: [{ column: 'ward' }], measures })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last
          aggregate stddev($1), count_distinct($0), count($1) by $2
            union
              scan camden/libraries/libraries [Name: STRING, cost: DECIMAL, ward: STRING]
              project $0, $1 as DECIMAL, null
                scan barnet/libraries/libraries [Title: STRING, cost: INT64]

      #0 camden: camden/libraries/libraries; about 100 rows
      takes PROJECT, AGGREGATE; leaves nothing
      SELECT c2 AS c0, c0 AS c1, count(c1) AS c2, avg(CAST(c1 AS DOUBLE)) AS c3, var_pop(CAST(c1 AS DOUBLE)) * count(c1) AS c4 FROM libraries/libraries(Name, cost, ward) GROUP BY 1, 2

      #1 barnet: barnet/libraries/libraries; about unknown rows
      takes PROJECT, AGGREGATE; leaves nothing
      lacks ward
      SELECT c2 AS c0, c0 AS c1, count(c1) AS c2, avg(CAST(c1 AS DOUBLE)) AS c3, var_pop(CAST(c1 AS DOUBLE)) * count(c1) AS c4 FROM (
        SELECT c0, CAST(c1 AS DECIMAL(38,2)) AS c1, CAST(NULL AS VARCHAR) AS c2 FROM libraries/libraries(Title, cost)
      ) AS input GROUP BY 1, 2

      residual
      SELECT * FROM (
        SELECT c0, list_transform([list_reduce(list({'n': CAST(c2 AS DOUBLE), 'm': c3, 's': c4}) FILTER (c2 > 0), lambda a, b: {'n': a.n + b.n, 'm': a.m + (b.m - a.m) * b.n / (a.n + b.n), 's': a.s + b.s + (b.m - a.m) * (b.m - a.m) * a.n * b.n / (a.n + b.n)})], lambda r: CASE WHEN r.n > 1 THEN sqrt(r.s / (r.n - 1)) END)[1] AS c1, count(DISTINCT c1) AS c2, CAST(coalesce(sum(c2), 0) AS BIGINT) AS c3 FROM (
          (SELECT c0, c1, c2, c3, c4 FROM fragment('#0'))
          UNION ALL
          (SELECT c0, c1, c2, c3, c4 FROM fragment('#1'))
        ) AS input GROUP BY 1
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001

      "
    `)
    // The group without a ward has 35 of Camden and 20 and 5 of Barnet, with a mean of 20. They differ from it by 15, 0 and 15, and the
    // deviation is √((225 + 225) / 2) = 15. A single value has no deviation.
    expect(answer.rows).toEqual([
      ['Belsize', null, 1, 1],
      ['Holborn', null, 1, 1],
      ['Kilburn', null, 2, 1],
      [null, 15, 4, 3],
    ])
  })

  it('asks each of two spokes for its first rows', async () => {
    const select = [{ column: 'name' }, { column: 'ward' }]
    const answer = await boroughs.ask({ from: members, select, orderBy: [{ column: 'name' }], limit: 3, offset: 2 })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 4 offset 2
        sort $0 asc nulls last, $1 asc nulls last
          union
            scan camden/libraries/libraries [Name: STRING, ward: STRING]
            project $0, null
              scan barnet/libraries/libraries [Title: STRING]

      #0 camden: camden/libraries/libraries; about 6 rows
      takes PROJECT, SORT, LIMIT; leaves nothing
      SELECT * FROM libraries/libraries(Name, ward) ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 6

      #1 barnet: barnet/libraries/libraries; about 6 rows
      takes PROJECT, SORT, LIMIT; leaves nothing
      lacks ward
      SELECT * FROM (
        SELECT c0, CAST(NULL AS VARCHAR) AS c1 FROM libraries/libraries(Title)
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 6

      residual
      SELECT * FROM (
        (SELECT c0, c1 FROM fragment('#0'))
        UNION ALL
        (SELECT c0, c1 FROM fragment('#1'))
      ) AS input ORDER BY c0 ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 4 OFFSET 2

      "
    `)
    // Colindale and Golders Green come before them; Kilburn, Queens Crescent and Swiss Cottage after them.
    expect(answer).toMatchObject({
      rows: [
        ['Hendon', null],
        ['Highgate', 'Kilburn'],
        ['Holborn', 'Holborn'],
      ],
      truncated: true,
    })
  })

  it('refuses a deep page of several sources without an order', async () => {
    const error = await failureOf(() => boroughs.ask({ from: members, offset: 100_000 }))
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['offset'] })
    await boroughs.ask({ from: members, offset: 100_000, orderBy: [{ column: 'name' }] })
    await boroughs.ask({ from: { table: camden.id }, offset: 100_000 })
  })
})
