import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { granularities, type Predicate, type Relation } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import type { Source } from '../../src/connector/source.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, limits, textRows } from './support/source.js'
import { remainingOps } from '../support/planned.js'

let postgres: TestPostgres
let source: Source
beforeAll(async () => {
  postgres = await openTestPostgres()
  await postgres.run(`
    CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
    CREATE TABLE words (w text COLLATE folded, v text COLLATE "en-x-icu", c char(5), n int);
    INSERT INTO words VALUES ('Straße', 'a', 'ab', 1), ('STRASSE', 'B', 'ab ', 2), ('strasse', 'A', 'b', 3), ('é', 'b', NULL, 4), ('e', 'å', '', 5), ('E', '_', ' ', 6), (NULL, NULL, 'b', 7);
    CREATE TABLE doubles (x double precision, g int);
    INSERT INTO doubles VALUES ('NaN', 1), ('Infinity', 1), ('-Infinity', 2), (-0.0, 2), (0, 2), (1e308, 3), (NULL, 3), (5e-324, 3), ('NaN', 4);
    CREATE TABLE moments (d date, t timestamp, z timestamptz);
    INSERT INTO moments VALUES ('infinity', 'infinity', 'infinity'), ('-infinity', '-infinity', '-infinity'), ('0044-03-15 BC', '0044-03-15 12:00 BC', '0044-03-15 12:00Z BC'), ('0001-01-01', '0001-01-01', '0001-01-01Z'), ('9999-12-31', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999Z'), (NULL, NULL, NULL);
    INSERT INTO moments SELECT NULL, NULL, timestamptz '1840-01-01Z' + n * interval '37 hours 13 minutes 7 seconds' FROM generate_series(0, 62000) AS n;
    CREATE TABLE halves (g int, x numeric(10,1));
    INSERT INTO halves VALUES (1, 0.1), (1, 0.2), (2, -0.1), (2, -0.2), (3, 1), (3, 1), (3, 0), (4, 2), (4, 2), (4, 1), (5, NULL), (6, -7.7)`)
  source = await postgres.open()
})
afterAll(() => postgres.close())

/** The same relation twice: with all that the source pushes down, and with nothing, where the engine does it over whole rows. */
async function bothWays(relation: Relation) {
  const pushed = await answer(postgres.bench, source, relation)
  const planned = source.plan({ relation }, {})
  expect(planned.pushed.op).toBe('scan')
  const session = await postgres.bench.hub.connect()
  const scan = source.execute(planned, limits())
  const files: { path: string; release(): Promise<void> }[] = []
  try {
    for await (const { file } of scan.parts) files.push(file)
    const rest = planned.remaining
    const sql = postgres.bench.hub.compile(rest, () => `read_parquet([${files.map(({ path }) => `'${path}'`).join(', ')}])`)
    return { pushed: pushed.rows, plain: await textRows(session, sql, shapesOf(rest).length), planned: pushed.planned }
  } finally {
    await session.close()
    await Promise.all(files.map((file) => file.release()))
  }
}

async function alike(relation: Relation, { ordered = false, left = 0 } = {}) {
  const { pushed, plain, planned } = await bothWays(relation)
  const texts = (rows: (string | null)[][]) => (ordered ? rows : rows.map((row) => JSON.stringify(row)).sort())
  expect(texts(pushed)).toEqual(texts(plain))
  expect(remainingOps(planned)).toHaveLength(left)
  return pushed
}

const words: Relation = {
  op: 'scan',
  table: 'words/words',
  columns: [
    { name: 'w', type: 'STRING' },
    { name: 'v', type: 'STRING' },
    { name: 'c', type: 'STRING' },
    { name: 'n', type: 'INT64' },
  ],
}
const doubles: Relation = {
  op: 'scan',
  table: 'doubles/doubles',
  columns: [
    { name: 'x', type: 'DOUBLE' },
    { name: 'g', type: 'INT64' },
  ],
}
const moments: Relation = {
  op: 'scan',
  table: 'moments/moments',
  columns: [
    { name: 'd', type: 'DATE' },
    { name: 't', type: 'TIMESTAMP' },
    { name: 'z', type: 'TIMESTAMPTZ' },
  ],
}
const column = (index: number) => ({ kind: 'column' as const, index })
const text = (value: string) => ({ kind: 'literal' as const, shape: { type: 'STRING' as const }, value })
const sorted = (input: Relation, at: number): Relation => ({
  op: 'sort',
  keys: [
    { column: at, descending: false, nullsFirst: false },
    { column: shapesOf(input).length - 1, descending: false, nullsFirst: false },
  ],
  input,
})
const where = (predicate: Predicate, input: Relation): Relation => ({ op: 'filter', predicate, input })

describe('what is pushed down to PostgreSQL', () => {
  it('takes texts by their bytes, whatever their collation', async () => {
    for (const at of [0, 1, 2]) {
      await alike(sorted(words, at), { ordered: true })
      await alike({ op: 'aggregate', groups: [column(at)], measures: [{ function: 'COUNT' }], input: words })
      await alike({
        op: 'aggregate',
        groups: [],
        measures: [
          { function: 'COUNT_DISTINCT', input: column(at) },
          { function: 'MIN', input: column(at) },
          { function: 'MAX', input: column(at) },
        ],
        input: words,
      })
      for (const value of ['strasse', 'a', 'E', 'ab', '', 'b']) {
        for (const comparison of ['eq', 'ne', 'lt', 'gte'] as const)
          await alike(where({ kind: 'compare', comparison, left: column(at), right: text(value) }, words))
        await alike(where({ kind: 'in', left: column(at), values: [text(value), text('STRASSE')] }, words))
        await alike(where({ kind: 'startsWith', input: column(at), text: value }, words))
        await alike(where({ kind: 'contains', input: column(at), text: value }, words))
      }
    }
    const projected = (at: number): Relation => ({ op: 'project', outputs: [column(at), column(3)], input: words })
    await alike({ op: 'aggregate', groups: [column(0)], measures: [{ function: 'COUNT' }], input: projected(0) })
    const stack: Relation = { op: 'union', inputs: [projected(0), projected(1)] }
    expect((await answer(postgres.bench, source, sorted(stack, 0))).rows.map(([word]) => word)).toEqual([
      'A',
      'B',
      'E',
      'STRASSE',
      'Straße',
      '_',
      'a',
      'b',
      'e',
      'strasse',
      'å',
      'é',
      null,
      null,
    ])
  })

  it('has NaN above all numbers and equal to itself, and one zero', async () => {
    await alike(sorted(doubles, 0), { ordered: true })
    await alike({
      op: 'aggregate',
      groups: [column(0)],
      measures: [{ function: 'COUNT' }],
      input: where(
        { kind: 'compare', comparison: 'ne', left: column(0), right: { kind: 'literal', shape: { type: 'DOUBLE' }, value: '0' } },
        doubles,
      ),
    })
    await alike({
      op: 'aggregate',
      groups: [column(1)],
      measures: [
        { function: 'COUNT_DISTINCT', input: column(0) },
        { function: 'MAX', input: column(0) },
      ],
      input: doubles,
    })
    for (const comparison of ['eq', 'lt', 'gte'] as const) {
      for (const value of ['0', '-1', '1e30', '0.1'])
        await alike(
          where({ kind: 'compare', comparison, left: column(0), right: { kind: 'literal', shape: { type: 'DOUBLE' }, value } }, doubles),
        )
    }
  })

  it('puts infinities, years before our era and summer time into the same buckets', async () => {
    for (const granularity of granularities) {
      for (const [at, timeZone] of [
        [0, 'UTC'],
        [1, 'UTC'],
        [2, 'UTC'],
        [2, 'Europe/London'],
      ] as const) {
        const rows = await alike({
          op: 'aggregate',
          groups: [{ kind: 'bucket', input: column(at), granularity, timeZone }],
          measures: [{ function: 'COUNT' }],
          input: moments,
        })
        expect(rows.map(([day]) => day)).toEqual(expect.arrayContaining(['infinity', '-infinity', null]))
      }
    }
    await alike(sorted({ op: 'project', outputs: [column(0), column(1), column(2)], input: moments }, 0), { ordered: false })
    for (const comparison of ['lt', 'gt'] as const)
      await alike(
        where(
          { kind: 'compare', comparison, left: column(0), right: { kind: 'literal', shape: { type: 'DATE' }, value: '0001-01-01' } },
          moments,
        ),
      )
  })

  it('leaves a time zone whose rules the two sides may know differently to the engine', async () => {
    await alike(
      {
        op: 'aggregate',
        groups: [{ kind: 'bucket', input: column(2), granularity: 'DAY', timeZone: 'Asia/Tokyo' }],
        measures: [{ function: 'COUNT' }],
        input: moments,
      },
      { left: 1 },
    )
  })

  it('rounds a mean half to even', async () => {
    const halves: Relation = {
      op: 'scan',
      table: 'halves/halves',
      columns: [
        { name: 'g', type: 'INT64' },
        { name: 'x', type: 'DECIMAL', scale: 1 },
      ],
    }
    const sums: Relation = {
      op: 'aggregate',
      groups: [column(0)],
      measures: [
        { function: 'SUM', input: column(1) },
        { function: 'COUNT', input: column(1) },
      ],
      input: halves,
    }
    for (const scale of [1, 7])
      await alike({
        op: 'project',
        outputs: [column(0), { kind: 'mean', sum: column(1), count: column(2), shape: { type: 'DECIMAL', scale } }],
        input: sums,
      })
    const rows = await alike({
      op: 'project',
      outputs: [column(0), { kind: 'mean', sum: column(1), count: column(2), shape: { type: 'DECIMAL', scale: 1 } }],
      input: sums,
    })
    expect(Object.fromEntries(rows)).toEqual({ 1: '0.2', 2: '-0.2', 3: '0.7', 4: '1.7', 5: null, 6: '-7.7' })
  })

  it('leaves to the engine what only that does its way', async () => {
    const nul: Predicate[] = [
      { kind: 'contains', input: column(0), text: '\0' },
      { kind: 'compare', comparison: 'eq', left: column(1), right: text('a\0') },
    ]
    for (const predicate of nul)
      expect(remainingOps(source.plan({ relation: where(predicate, words) }, await source.capabilities([])))).toHaveLength(1)
    await alike({ op: 'project', outputs: [{ kind: 'cast', input: column(0), to: { type: 'STRING' } }], input: doubles }, { left: 1 })
    const read = { op: 'project' as const, outputs: [{ kind: 'cast' as const, input: column(0), to: { type: 'DOUBLE' as const } }] }
    const digits: Relation = where(
      { kind: 'compare', comparison: 'eq', left: column(3), right: { kind: 'literal', shape: { type: 'INT64' }, value: '99' } },
      words,
    )
    await alike({ op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input: { ...read, input: digits } }, { left: 2 })
  })

  it('holds any text in a literal', async () => {
    const hostile = [
      "'",
      "''",
      '\\',
      "\\'",
      "\\\\'",
      "'; DROP TABLE words; --",
      '$$',
      '$1',
      '?',
      ':x',
      '%',
      "E'\\x41'",
      '\u2028',
      '\u{1f600}',
      '"',
      '\n\r\t',
      '\x01',
      'é',
      '\u0301',
      '/*',
      '--',
    ]
    await postgres.run('CREATE TABLE hostile (t text)')
    for (const value of hostile) await postgres.database.knex.raw('INSERT INTO hostile VALUES (?)', [value])
    const scan: Relation = { op: 'scan', table: 'hostile/hostile', columns: [{ name: 't', type: 'STRING' }] }
    for (const setting of ['on', 'off']) {
      await postgres.run(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = ${setting}', current_database()); END $$`,
      )
      const fresh = await postgres.open()
      for (const value of hostile) {
        expect(
          (await answer(postgres.bench, fresh, where({ kind: 'compare', comparison: 'eq', left: column(0), right: text(value) }, scan)))
            .rows,
        ).toEqual([[value]])
        expect((await answer(postgres.bench, fresh, where({ kind: 'contains', input: column(0), text: value }, scan))).rows).toContainEqual(
          [value],
        )
      }
    }
  })

  it('holds any name of a table or a column', async () => {
    const name = 'we"ird; DROP TABLE words; --\\ \' $1'
    await postgres.run(
      `CREATE SCHEMA "sch""ema"; CREATE TABLE "sch""ema"."${name.replaceAll('"', '""')}" ("${name.replaceAll('"', '""')}" int); INSERT INTO "sch""ema"."${name.replaceAll('"', '""')}" VALUES (7)`,
    )
    const odd = await postgres.open({ schemas: ['sch"ema'] })
    const [event] = await (async () => {
      const all = []
      for await (const one of odd.harvest(undefined, limits().signal)) all.push(one)
      return all
    })()
    if (event?.kind !== 'dataset') throw new Error(JSON.stringify(event))
    expect(
      (
        await answer(postgres.bench, odd, {
          op: 'scan',
          table: `${event.dataset.id}/${event.dataset.id}`,
          columns: [{ name, type: 'INT64' }],
        })
      ).rows,
    ).toEqual([['7']])
  })
})
