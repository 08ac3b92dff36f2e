import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Capabilities, everything, type Operator } from '../../src/connector/capabilities.js'
import type { Join, Relation } from '../../src/connector/relation.js'
import { relationSchema } from '../../src/connector/relation-schema.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { sourceOf } from '../../src/connector/source-sides.js'
import { joinsOf } from '../../src/connector/traverse.js'
import { explainQuery, runQuery } from '../../src/query/run.js'
import { aggregateBelowJoins, type Deciding } from '../../src/query/4-plan/rewrite/aggregate-below-joins.js'
import { pruneColumns } from '../../src/query/4-plan/rewrite/prune-columns.js'
import { columns, drawAggregate, drawJoin, drawPredicate, drawRows } from '../postgres/support/arbitrary-relation.js'
import { inEngine } from '../postgres/support/in-engine.js'
import { textRows } from '../postgres/support/source.js'
import { long, runsOf } from '../support/long.js'
import { type Bench, contextOf, openBench, type TestColumn, tableOf, textOf } from '../support/query.js'
import { answering, failing, scanOf } from './support/fault.js'
import { type JoinAsked, joinBy, type JoinSide, type Way } from './support/join-ways.js'
import { openTableSource } from './support/table-source.js'
import type { WorldTable } from './support/world.js'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

describe('aggregating below joins', () => {
  const runs = runsOf(100, 200)
  const ids = ['a-1/t', 'a-2/t', 'b-1/t']
  const sides = { holderOf: ({ table }: { table: string }) => table[0] as string, runs: () => true }
  const deciding: Deciding = {
    isCut: (relation) => sourceOf(relation, sides) === undefined,
    runs: () => true,
    isWorthIt: () => true,
    rowsOf: () => undefined,
  }
  const matchOf = ({ op: _, at: __, ...join }: Join): Relation => ({ op: 'match', ...join })

  it(`keeps the groups of any joins, and what each of them matched (${runs} runs)`, { tags: [long] }, async () => {
    let done = 0
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
        const tables = ids.map((id) => ({ id, rows: drawRows(draw) }))
        const joined = drawJoin(draw, ids)
        const isFiltered = joined.op === 'join' && draw(fc.nat(2)) === 0
        const input: Relation = isFiltered ? { op: 'filter', predicate: drawPredicate(draw, shapesOf(joined), 1), input: joined } : joined
        const relation = pruneColumns(drawAggregate(draw, input, shapesOf(input)))
        const rewritten = aggregateBelowJoins(relation, deciding)
        expect(shapesOf(rewritten)).toEqual(shapesOf(relation))
        const [before, after] = [joinsOf(relation), joinsOf(rewritten)]
        if (after.some(({ weights }) => weights !== undefined)) done++
        const session = await bench.engine.connect()
        try {
          const rowsOf = async (one: Relation) =>
            (await textRows(session, bench.engine.compile(one, inEngine(tables, columns)), shapesOf(one).length)).map((row) =>
              JSON.stringify(row),
            )
          const text = JSON.stringify(relation)
          expect((await rowsOf(rewritten)).sort(), text).toEqual((await rowsOf(relation)).sort())
          for (const [index, join] of before.entries()) {
            expect(await rowsOf(matchOf(after[index] as Join)), text).toEqual(await rowsOf(matchOf(join)))
          }
        } finally {
          await session.close()
        }
      }),
      { numRuns: runs, endOnFailure: true },
    )
    expect(done).toBeGreaterThan(runs / 10)
  })

  it('keeps the weights of a join where columns are pruned after it', () => {
    const scan = (table: string): Relation => ({ op: 'scan', table, columns: ['k', 'v', 'w'].map((name) => ({ name, type: 'INT64' })) })
    const at = (index: number) => ({ kind: 'column', index }) as const
    const match: Relation = {
      ...{ op: 'match', type: 'INNER', keys: [{ left: at(0), right: at(0) }], weights: { right: 2 } },
      ...{ left: scan('l'), right: scan('r') },
    }
    expect(pruneColumns(match)).toMatchObject({
      weights: { right: 1 },
      left: { columns: [{ name: 'k' }] },
      right: { columns: [{ name: 'k' }, { name: 'w' }] },
    })
  })

  it('refuses weights that come over the wire: a source counts rows and nothing else', () => {
    const scan: Relation = { op: 'scan', table: 't', columns: [{ name: 'k', type: 'INT64' }] }
    const key = { kind: 'column', index: 0 } as const
    const match: Relation = { op: 'match', type: 'INNER', keys: [{ left: key, right: key }], left: scan, right: scan }
    expect(relationSchema.safeParse(match).success).toBe(true)
    expect(relationSchema.safeParse({ ...match, weights: { left: 0 } }).success).toBe(false)
  })
})

const wards: WorldTable = {
  id: 'camden/wards/wards',
  spokeId: 'camden',
  columns: [
    { name: 'ward', type: 'STRING' },
    { name: 'part', type: 'STRING' },
  ],
  rows: [
    ['Kilburn', 'west'],
    ['Holborn', 'south'],
    ['Belsize', 'north'],
    [null, 'nowhere'],
  ],
}
const names = ['Kilburn', 'Holborn', 'Elsewhere', null]
const payments: WorldTable = {
  id: 'barnet/payments/payments',
  spokeId: 'barnet',
  columns: [
    { name: 'ward', type: 'STRING' },
    { name: 'amount', type: 'INT64' },
    { name: 'paid', type: 'DATE' },
  ],
  // A thousand of each ward, of one that is not there, and of none.
  rows: Array.from({ length: 4000 }, (_, at) => [names[at % 4] ?? null, String(at % 10), at < 2000 ? '2026-01-05' : '2026-02-05']),
}
const more: WorldTable = { ...payments, id: 'brent/payments/payments', spokeId: 'brent', rows: payments.rows.slice(0, 100) }

interface Asked {
  readonly matches?: boolean
  readonly access?: 'OPEN' | 'SHARED'
  readonly failed?: string
  readonly can?: Capabilities
  readonly all?: readonly WorldTable[]
}

async function ask(
  input: object,
  { matches = true, access = 'OPEN', failed, can = everything, all = [wards, payments, more] }: Asked = {},
) {
  const scans: string[] = []
  const held = await Promise.all(
    all.map((table) => openTableSource(bench.engine, bench.folder, [table], table.spokeId === 'barnet' ? can : everything)),
  )
  const sources = held.map((source, at) => {
    const spoke = (all[at] as WorldTable).spokeId
    const native = (pushed: Relation) =>
      bench.engine.compile(pushed, ({ table, columns: read }) => `${table}(${read.map(({ name }) => name).join(', ')})`)
    const asked = answering(source, (under) => {
      scans.push(spoke)
      return spoke === failed ? scanOf(failing()) : under()
    })
    return [spoke, { ...asked, native }] as const
  })
  const known = all.map(({ id, columns: own, rows }) =>
    tableOf(
      id,
      own.map((column): TestColumn => ({ ...column, statistics: statisticsOf(rows, own.indexOf(column)) })),
      {
        rowCount: rows.length,
        access: id === wards.id ? access : 'OPEN',
        sharedWith: ['org'],
      },
    ),
  )
  const context = { ...contextOf(bench.hub, known, Object.fromEntries(sources)), viewer: { organisation: 'org', scopes: [] } }
  try {
    const plan = await explainQuery(input, context)
    const result = await runQuery(input, context, { matches })
    try {
      return { ...result, plan, scans, rows: JSON.parse(await textOf(result, 'rows', 'EXACT')) as unknown[][] }
    } finally {
      await result.release()
    }
  } finally {
    await Promise.all(held.map((source) => source.close()))
  }
}

function statisticsOf(rows: WorldTable['rows'], at: number) {
  const values = rows.map((row) => row[at])
  return {
    distinctCount: new Set(values.filter((value) => value !== null)).size,
    nullRatio: values.filter((value) => value === null).length / rows.length,
  }
}

const on = [{ left: 'ward', right: 'ward' }]
const measures = [{ function: 'COUNT' }, { function: 'SUM', column: 'amount', as: 'sum' }]
const joined = {
  from: { table: wards.id },
  joins: [{ table: { table: payments.id, as: 'payments' }, on }],
  groupBy: [{ column: 'part' }],
  measures,
}
/** COUNT and SUM of the payments of one ward: those of Kilburn end in 0, 2, 4, 6 and 8, those of Holborn in 1, 3, 5, 7 and 9. */
const [west, south] = [
  ['west', 1000, '4000'],
  ['south', 1000, '5000'],
]
const stacked = { ...joined, joins: [{ table: { union: [payments.id, more.id], as: 'payments' }, on }] }
const matched = {
  ...{ leftRows: 4, leftMatched: 2, leftNullKeys: 1, leftDamagedKeys: 0, leftKeys: 3, leftRate: 0.5 },
  ...{ rightRows: 4000, rightMatched: 2000, rightNullKeys: 1000, rightDamagedKeys: 0, rightKeys: 3, rightRate: 0.5 },
  ...{ matchedKeys: 2, joinedRows: 2000, largestFanOut: 1000 },
}

/** What a plan tells of each fragment. */
const told = ({ plan }: Awaited<ReturnType<typeof ask>>) =>
  plan.fragments.map(({ spokeId, stage, isMatch, estimatedRows, planned, why, native }) => ({
    ...{ spokeId, stage, isMatch, estimatedRows, takes: planned.pushedDown.join(' '), why, native },
  }))

describe('a plan', () => {
  it('of a join of two sources has the larger add up its rows by key, after it got the keys of the smaller', async () => {
    const answer = await ask(joined)
    expect(answer.rows).toEqual([south, west])
    expect(told(answer)).toMatchInlineSnapshot(`
      [
        {
          "estimatedRows": 4,
          "isMatch": false,
          "native": "SELECT c0, c1 FROM wards/wards(ward, part)",
          "spokeId": "camden",
          "stage": 0,
          "takes": "PROJECT",
          "why": undefined,
        },
        {
          "estimatedRows": 1,
          "isMatch": true,
          "native": "SELECT count(*) AS c0, count(c0) AS c1, count(DISTINCT c0) AS c2 FROM payments/payments(ward)",
          "spokeId": "barnet",
          "stage": 0,
          "takes": "PROJECT AGGREGATE",
          "why": "counts the matches of a join",
        },
        {
          "estimatedRows": 4,
          "isMatch": false,
          "native": "SELECT c0, count(*) AS c1, CAST(sum(c1) AS DECIMAL(38,0)) AS c2 FROM payments/payments(ward, amount) GROUP BY 1",
          "spokeId": "barnet",
          "stage": 1,
          "takes": "PROJECT AGGREGATE",
          "why": "adds up about 4,000 rows by the keys of a join; waits for the keys of #0: about 4 rows against about 4,000",
        },
      ]
    `)
    expect(answer.plan.residual).toMatchInlineSnapshot(`
      "SELECT * FROM (
        SELECT c1 AS c0, CAST(coalesce(sum(c3), 0) AS BIGINT) AS c1, CASE WHEN sum(c4) BETWEEN CAST('-99999999999999999999999999999999999999' AS DECIMAL(38,0)) AND CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) THEN sum(c4) WHEN sum(c4) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c2 FROM (
          SELECT l.c0 AS c0, l.c1 AS c1, r.c0 AS c2, r.c1 AS c3, r.c2 AS c4 FROM (SELECT *, c0 AS k0 FROM fragment('#0')) AS l JOIN (SELECT *, c0 AS k0 FROM fragment('#1')) AS r ON l.k0 = r.k0
        ) AS input GROUP BY 1
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001"
    `)
    expect(answer.sources.map(({ spoke, rows, pushedDown }) => ({ spoke, rows, pushedDown }))).toMatchInlineSnapshot(`
      [
        {
          "pushedDown": [
            "PROJECT",
          ],
          "rows": 4,
          "spoke": "camden",
        },
        {
          "pushedDown": [
            "PROJECT",
            "AGGREGATE",
            "KEYS",
          ],
          "rows": 2,
          "spoke": "barnet",
        },
      ]
    `)
  })

  it('of a join with a stack of two sources has each of them add up its own rows', async () => {
    const answer = await ask(stacked)
    expect(answer.rows).toEqual([
      ['south', 1025, '5125'],
      ['west', 1025, '4100'],
    ])
    expect(told(answer)).toMatchInlineSnapshot(`
      [
        {
          "estimatedRows": 4,
          "isMatch": false,
          "native": "SELECT c0, count(*) AS c1, CAST(sum(c1) AS DECIMAL(38,0)) AS c2 FROM payments/payments(ward, amount) GROUP BY 1",
          "spokeId": "barnet",
          "stage": 0,
          "takes": "PROJECT AGGREGATE",
          "why": "adds up about 4,000 rows by the keys of a join",
        },
        {
          "estimatedRows": 4,
          "isMatch": false,
          "native": "SELECT c0, count(*) AS c1, CAST(sum(c1) AS DECIMAL(38,0)) AS c2 FROM payments/payments(ward, amount) GROUP BY 1",
          "spokeId": "brent",
          "stage": 0,
          "takes": "PROJECT AGGREGATE",
          "why": "adds up about 100 rows by the keys of a join",
        },
        {
          "estimatedRows": 4,
          "isMatch": false,
          "native": "SELECT c0, c1 FROM wards/wards(ward, part)",
          "spokeId": "camden",
          "stage": 0,
          "takes": "PROJECT",
          "why": undefined,
        },
      ]
    `)
    expect(answer.plan.residual).toMatchInlineSnapshot(`
      "SELECT * FROM (
        SELECT c1 AS c0, CAST(coalesce(sum(c3), 0) AS BIGINT) AS c1, CASE WHEN sum(c4) BETWEEN CAST('-99999999999999999999999999999999999999' AS DECIMAL(38,0)) AND CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) THEN sum(c4) WHEN sum(c4) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END AS c2 FROM (
          SELECT l.c0 AS c0, l.c1 AS c1, r.c0 AS c2, r.c1 AS c3, r.c2 AS c4 FROM (SELECT *, c0 AS k0 FROM fragment('#2')) AS l JOIN (SELECT *, c0 AS k0 FROM (
            (SELECT c0, c1, c2 FROM fragment('#0'))
            UNION ALL
            (SELECT c0, c1, c2 FROM fragment('#1'))
          ) AS input) AS r ON l.k0 = r.k0
        ) AS input GROUP BY 1
      ) AS input ORDER BY c0 ASC NULLS LAST LIMIT 1001"
    `)
  })

  it.each([
    ['a median, which no parts of make', [{ function: 'MEDIAN', column: 'amount' }], {}],
    [
      'measures of both sides',
      [
        { function: 'MAX', column: 'amount' },
        { function: 'MAX', column: 'part' },
      ],
      {},
    ],
    ['measures of the smaller side', [{ function: 'MAX', column: 'part' }], {}],
    ['a source that cannot aggregate', measures, { can: { ...everything, aggregate: new Set(['COUNT' as const]) } }],
    ['as many groups as rows', [{ function: 'COUNT' }], { all: [wards, { ...payments, rows: payments.rows.slice(0, 4) }] }],
  ])('aggregates nothing below a join for %s', async (_, given, more: Asked) => {
    const { plan } = await ask({ ...joined, measures: given }, more)
    expect(plan.fragments.filter(({ isMatch, planned }) => !isMatch && planned.pushedDown.includes('AGGREGATE'))).toEqual([])
  })

  it('aggregates nothing on the right of a LEFT join, whose absence has to be seen', async () => {
    const { rows, plan } = await ask({ ...joined, joins: [{ ...joined.joins[0], type: 'LEFT' }] })
    expect(rows).toEqual([['north', 1, null], ['nowhere', 1, null], south, west])
    expect(plan.fragments.filter(({ isMatch, planned }) => !isMatch && planned.pushedDown.includes('AGGREGATE'))).toEqual([])
  })
})

describe('matches of rows that were added up', () => {
  it('are those of each row, whether the whole side came or the rows with a key', async () => {
    const withKeys = await ask(joined)
    expect(withKeys.matches).toEqual([{ left: 'wards', right: 'payments', ...matched }])
    // Keys of a table that is not open go nowhere.
    const whole = await ask(joined, { access: 'SHARED' })
    expect(whole.rows).toEqual(withKeys.rows)
    expect(whole.matches).toEqual(withKeys.matches)
    expect(whole.sources.find(({ spoke }) => spoke === 'barnet')).toMatchObject({ rows: 4, pushedDown: ['PROJECT', 'AGGREGATE'] })
  })

  it('are those of each row of a stack', async () => {
    const { matches } = await ask(stacked)
    const counts = { rightRows: 4100, rightMatched: 2050, rightNullKeys: 1025, joinedRows: 2050, largestFanOut: 1025 }
    expect(matches).toEqual([{ left: 'wards', right: 'payments', ...matched, ...counts }])
  })

  it('tell null keys from damaged ones', async () => {
    const uprns = ['10094055034', '010094055034', 'none', null]
    const withUprn = (table: WorldTable, of: (at: number) => string | null): WorldTable => ({
      ...table,
      columns: [{ name: 'uprn', type: 'STRING' }, ...table.columns],
      rows: table.rows.map((row, at) => [of(at), ...row]),
    })
    const known = withUprn(wards, (at) => String(10_094_055_034 + at))
    const read = withUprn(payments, (at) => uprns[at % 4] ?? null)
    const key = [{ left: 'uprn', right: 'uprn', normalise: 'UPRN' }]
    const asked = { ...joined, joins: [{ table: { table: payments.id, as: 'payments' }, on: key }] }
    for (const access of ['OPEN', 'SHARED'] as const) {
      const { rows, matches, sources } = await ask(asked, { all: [known, read], access })
      expect(rows).toEqual([['west', 2000, '9000']])
      const counts = { rightRows: 4000, rightMatched: 2000, rightNullKeys: 1000, rightDamagedKeys: 1000, rightKeys: 1 }
      expect(matches).toMatchObject([{ ...counts, leftKeys: 4, matchedKeys: 1, joinedRows: 2000, largestFanOut: 2000 }])
      expect(sources.find(({ spoke }) => spoke === 'barnet')?.pushedDown).toContain('AGGREGATE')
    }
  })

  it('cost no scan where nobody asks for them', async () => {
    expect((await ask(joined, { matches: false })).scans).toEqual(['camden', 'barnet'])
    expect((await ask(joined)).scans.sort()).toEqual(['barnet', 'barnet', 'camden'])
  })

  it('are unknown where a member of a stack fails, and the others are added up', async () => {
    const { rows, matches, complete } = await ask({ ...stacked, onSourceError: 'PARTIAL' }, { failed: 'brent' })
    expect(complete).toBe(false)
    expect(rows).toEqual([south, west])
    expect(matches).toMatchObject([{ leftRows: 4, rightRows: null, matchedKeys: null, joinedRows: null }])
  })
})

describe('groups of a join of two sources', () => {
  const runs = runsOf(60, 100)
  const cell = (...of: string[]) => fc.option(fc.constantFrom(...of), { freq: 5 })
  const row = fc.tuple(
    cell('7', ' 007', '8', '8.0', 'none', '1.00E+11'),
    cell('1', '2', '-3'),
    cell('0.5', '1.25'),
    cell('2026-01-05', '2026-02-01'),
  )
  const side = (rows: (string | null)[][]): JoinSide => ({
    columns: [
      { name: 'k', type: 'STRING' },
      { name: 'n', type: 'INT64' },
      { name: 'x', type: 'DOUBLE' },
      { name: 'd', type: 'DATE' },
    ],
    rows,
  })
  const sideOf = fc.array(row, { maxLength: 12 }).map(side)
  const at = (large: 'l' | 'r'): Way => ({ left: 'camden', right: 'barnet', can: everything, large })

  it(`and their matches are those of one source that joins (${runs} runs)`, { tags: [long] }, async () => {
    const seen = new Map<string, number>()
    const asked = fc.record({
      large: fc.constantFrom('l', 'r'),
      type: fc.constantFrom('INNER', 'INNER', 'LEFT', 'ANTI'),
      normalise: fc.constantFrom('EXACT', 'UPRN', 'TEXT'),
      own: fc.uniqueArray(fc.constantFrom<object>({ column: 'k' }, { column: 'd', granularity: 'MONTH' }, { column: 'n' }), {
        maxLength: 2,
      }),
      functions: fc.uniqueArray(fc.constantFrom('COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX'), { minLength: 1, maxLength: 3 }),
      measured: fc.constantFrom('n', 'x'),
      where: fc.constantFrom<object | undefined>(undefined, {
        or: [
          { column: 'l.n', gt: 1 },
          { column: 'l.d', isNull: true },
        ],
      }),
    })
    await fc.assert(
      fc.asyncProperty(sideOf, sideOf, asked, async (left, right, { large, type, normalise, own, functions, measured, where }) => {
        const name = (of: 'l' | 'r', column: string) => (type === 'ANTI' ? `l.${column}` : `${of}.${column}`)
        const other = large === 'l' ? 'r' : 'l'
        const query: JoinAsked = {
          ...{ type, on: [{ left: 'k', right: 'k', normalise }] },
          groupBy: own.map((group, index) => ({
            ...group,
            column: name(index === 0 ? other : large, (group as { column: string }).column),
            as: `g${index}`,
          })),
          measures: functions.map((of) => ({ function: of, column: name(large, measured), as: of })),
          ...(where === undefined ? {} : { where }),
        }
        const whole = await joinBy(bench, { left: 'camden', right: 'camden', can: everything }, left, right, query)
        const across = await joinBy(bench, at(large), left, right, query)
        expect({ rows: across.rows, match: across.match }).toEqual({ rows: whole.rows, match: whole.match })
        const took = across.sources.find(({ tables }) => tables[0]?.endsWith(`/${large}`))?.pushedDown ?? []
        const what = ['AGGREGATE', 'KEYS'].filter((operator) => took.includes(operator as Operator)).join(' ')
        seen.set(what, (seen.get(what) ?? 0) + 1)
      }),
      { numRuns: runs, endOnFailure: true },
    )
    expect(seen.get('AGGREGATE KEYS')).toBeGreaterThan(runs / 10)
    expect(seen.get('AGGREGATE')).toBeGreaterThan(runs / 20)
  })
})

describe('measures that are added up below a join', () => {
  it('are those of every row that meets a partner, as often as it meets one', async () => {
    const twice = { ...wards, rows: [...wards.rows, ['Kilburn', 'west'], ['Kilburn', 'far west']] as WorldTable['rows'] }
    const all = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'STDDEV'].map((name) => ({
      function: name,
      column: 'amount',
      as: name,
    }))
    const asked = { ...joined, measures: all, groupBy: [{ column: 'part' }, { column: 'paid', granularity: 'YEAR', as: 'year' }] }
    const { rows, sources } = await ask(asked, { all: [twice, payments] })
    expect(sources.find(({ spoke }) => spoke === 'barnet')?.pushedDown).toContain('AGGREGATE')
    // The deviation of n times 0, 2, 4, 6 and 8 is √(8 · 5n / (5n − 1)).
    const deviation = (n: number) => expect.closeTo(Math.sqrt((8 * n) / (n - 1)), 9) as number
    expect(rows).toEqual([
      ['far west', '2026-01-01', 1000, 5, '4000', 4, 0, 8, deviation(1000)],
      ['south', '2026-01-01', 1000, 5, '5000', 5, 1, 9, deviation(1000)],
      ['west', '2026-01-01', 2000, 5, '8000', 4, 0, 8, deviation(2000)],
    ])
  })

  it('are filtered by what a filter over both sides reads', async () => {
    const where = {
      or: [
        { column: 'part', eq: 'west' },
        { column: 'paid', lt: '2026-02-01' },
      ],
    }
    const { rows, sources } = await ask({ ...joined, where })
    expect(rows).toEqual([['south', 500, '2500'], west])
    expect(sources.find(({ spoke }) => spoke === 'barnet')).toMatchObject({ rows: 4, pushedDown: ['PROJECT', 'AGGREGATE', 'KEYS'] })
  })

  it('are those of the left of an ANTI join: rows without a partner, and without a key', async () => {
    const { rows, sources } = await ask({
      from: { table: payments.id },
      joins: [{ table: { table: wards.id }, type: 'ANTI', on }],
      groupBy: [{ column: 'ward' }],
      measures,
    })
    expect(rows).toEqual([
      ['Elsewhere', 1000, '4000'],
      [null, 1000, '5000'],
    ])
    expect(sources.find(({ spoke }) => spoke === 'barnet')).toMatchObject({ rows: 4, pushedDown: ['PROJECT', 'AGGREGATE'] })
  })
})
