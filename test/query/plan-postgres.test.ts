import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Source } from '../../src/connector/source.js'
import { openTestPostgres, type TestPostgres } from '../postgres/support/open-postgres.js'
import { contextOf, tableOf } from '../support/query.js'
import { askGolden, barnet, type Golden, openBarnet } from './support/golden.js'
import { patienceMs } from '../support/patience.js'

const camden = tableOf(
  'camden/libraries/libraries',
  [
    { name: 'name', type: 'STRING' },
    { name: 'ward', type: 'STRING' },
    { name: 'cost', type: 'DECIMAL', scale: 2 },
    { name: 'opened', type: 'DATE' },
  ],
  { rowCount: 4 },
)

let postgres: TestPostgres
let atCamden: Source
let atBarnet: Source
beforeAll(async () => {
  postgres = await openTestPostgres()
  await postgres.run('CREATE TABLE libraries (name text COLLATE "en-x-icu", ward text, cost numeric(8, 2), opened date)')
  await postgres.run(`INSERT INTO libraries VALUES
    ('Kilburn', 'Kilburn', 10.50, '1987-03-30'),
    ('Holborn', 'Holborn', 4.00, '1987-03-02'),
    ('highgate', 'Kilburn', NULL, '2021-05-01'),
    ('Queen''s Crescent', NULL, 35.00, NULL)`)
  atCamden = await postgres.open()
  for await (const _ of atCamden.harvest(undefined, AbortSignal.timeout(patienceMs)));
  atBarnet = await openBarnet(postgres.bench)
})
afterAll(async () => {
  await atBarnet.close()
  await postgres.close()
})

function ask(input: object): Promise<Golden> {
  return askGolden(input, contextOf(postgres.bench.hub, [camden, barnet], { camden: atCamden, barnet: atBarnet }))
}

describe('a plan over a PostgreSQL', () => {
  it('pushes a query of one table down whole, in the order of bytes', async () => {
    const answer = await ask({
      from: { table: camden.id },
      select: [{ column: 'name' }, { column: 'cost' }],
      where: {
        or: [
          { column: 'name', startsWith: "Queen's" },
          { column: 'cost', lt: 11 },
          { column: 'cost', isNull: true },
        ],
      },
      orderBy: [{ column: 'name' }],
      limit: 3,
    })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 4 offset 0
        sort $0 asc nulls last, $1 asc nulls last
          filter (startsWith($0, "Queen's") or $1 lt "11" or $1 is null)
            scan camden/libraries/libraries [name: STRING, cost: DECIMAL]

      #0 camden: camden/libraries/libraries; about 3 rows
      takes PROJECT, FILTER, SORT, LIMIT; leaves nothing
      COPY (
      SELECT * FROM (
      SELECT * FROM (SELECT CAST(t."name" AS text) AS c0, t."cost" AS c1 FROM "public"."libraries" AS t) AS input WHERE (starts_with(c0 COLLATE "C", 'Queen''s') OR (c1 < CAST('11' AS numeric(38,0))) OR (c1 IS NULL))
      ) AS input ORDER BY c0 COLLATE "C" ASC NULLS LAST, c1 ASC NULLS LAST LIMIT 4
      ) TO STDOUT (FORMAT binary)

      residual
      SELECT c0, c1 FROM fragment('#0')

      "
    `)
    // PostgreSQL's own collation sorts highgate before Holborn; byte by byte it comes last, and the limit excludes it.
    expect(answer).toMatchObject({
      rows: [
        ['Holborn', '4.00'],
        ['Kilburn', '10.50'],
        ["Queen's Crescent", '35.00'],
      ],
      truncated: true,
    })
  })

  it('asks it and a source of files for partial aggregates', async () => {
    const answer = await ask({
      from: {
        members: [
          { table: camden.id, columns: [{ column: 'name' }, { column: 'cost' }] },
          { table: barnet.id, columns: [{ column: 'Title', as: 'name' }, { column: 'cost' }] },
        ],
      },
      groupBy: [{ column: '_spoke', as: 'borough' }],
      measures: [
        { function: 'AVG', column: 'cost', as: 'mean' },
        { function: 'MAX', column: 'name', as: 'last' },
      ],
      having: { column: 'mean', gt: 1 },
    })
    expect(answer.plan).toMatchInlineSnapshot(`
      "

      limit 1001 offset 0
        sort $0 asc nulls last
          filter $1 gt "1"
            project $0, $1 / $2, $3
              aggregate sum($1), count($1), max($0) by $2
                union
                  project $0, $1, "camden"
                    scan camden/libraries/libraries [name: STRING, cost: DECIMAL]
                  project $0, $1 as DECIMAL, "barnet"
                    scan barnet/libraries/libraries [Title: STRING, cost: INT64]

      #0 camden: camden/libraries/libraries; about 1 rows
      takes PROJECT, AGGREGATE; leaves nothing
      COPY (
      SELECT c2 AS c0, CAST(sum(c1) AS numeric(38,2)) AS c1, count(c1) AS c2, max(c0 COLLATE "C") AS c3 FROM (
      SELECT c0, c1, CAST('camden' AS text) AS c2 FROM (SELECT CAST(t."name" AS text) AS c0, t."cost" AS c1 FROM "public"."libraries" AS t) AS input
      ) AS input GROUP BY 1
      ) TO STDOUT (FORMAT binary)

      #1 barnet: barnet/libraries/libraries; about unknown rows
      takes PROJECT, AGGREGATE; leaves nothing
      SELECT c2 AS c0, CASE WHEN sum(c1) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c1) WHEN sum(c1) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c1, count(c1) AS c2, max(c0) AS c3 FROM (
        SELECT c0, CAST(c1 AS DECIMAL(38,2)) AS c1, 'barnet' AS c2 FROM libraries/libraries(Title, cost)
      ) AS input GROUP BY 1

      residual
      SELECT * FROM (
        SELECT * FROM (
          SELECT c0, CASE WHEN c2 = 0 THEN NULL ELSE list_transform([CAST(replace(CAST(c1 AS VARCHAR), '.', '') || '000000' AS HUGEINT)], lambda d: CAST(d // c2 + CASE WHEN abs(d % c2) * 2 + abs(d // c2) % 2 > c2 THEN sign(d) ELSE 0 END AS DECIMAL(38,0)) * CAST('0.00000001' AS DECIMAL(38,8)))[1] END AS c1, c3 AS c2 FROM (
            SELECT c0, CASE WHEN sum(c1) BETWEEN CAST('-999999999999999999999999999999999999.99' AS DECIMAL(38,2)) AND CAST('999999999999999999999999999999999999.99' AS DECIMAL(38,2)) THEN sum(c1) WHEN sum(c1) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c1, CAST(coalesce(sum(c2), 0) AS BIGINT) AS c2, max(c3) AS c3 FROM (
              (SELECT c0, c1, c2, c3 FROM fragment('#0'))
              UNION ALL
              (SELECT c0, c1, c2, c3 FROM fragment('#1'))
            ) AS input GROUP BY 1
          ) AS input
        ) AS input WHERE (c1 > CAST('1' AS DECIMAL(38,0)))
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001

      "
    `)
    // Barnet: (20 + 5) / 2. Camden: (10.50 + 4.00 + 35.00) / 3. Lower-case letters sort after capitals.
    expect(answer.rows).toEqual([
      ['barnet', '12.50000000', 'Hendon'],
      ['camden', '16.50000000', 'highgate'],
    ])
  })
})
