import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { operatorsOf, scansOf } from '../../src/connector/traverse.js'
import { breakTies } from '../../src/query/4-plan/rewrite/break-ties.js'
import { placeLimits } from '../../src/query/4-plan/rewrite/place-limits.js'
import { pruneColumns } from '../../src/query/4-plan/rewrite/prune-columns.js'
import { pushFilters } from '../../src/connector/push-filters.js'
import { pushProjections } from '../../src/query/4-plan/rewrite/push-projections.js'
import { splitAggregates } from '../../src/query/4-plan/rewrite/split-aggregates.js'
import { unionBySource } from '../../src/query/4-plan/rewrite/union-by-source.js'
import { sourceOf } from '../../src/connector/source-sides.js'
import { columns, drawJoin, drawRelation, drawRows, rowOf } from '../postgres/support/arbitrary-relation.js'
import { inEngine } from '../postgres/support/in-engine.js'
import { textRows } from '../postgres/support/source.js'
import { long, runsOf } from '../support/long.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

const runs = runsOf(60, 120)
const ids = ['a-1/t', 'a-2/t', 'b-1/t']
const everywhere = () => true
const sides = { holderOf: ({ table }: { table: string }) => table[0] as string, runs: () => true }

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** Each rewrite, as if each table were at a source of its own. */
const rewrites: [string, (relation: Relation) => Relation][] = [
  ['prunes columns', pruneColumns],
  ['pushes filters', (relation) => pushFilters(relation, () => false)],
  ['pushes filters that no side runs whole', (relation) => pushFilters(relation, (filter) => sourceOf(filter, sides) !== undefined)],
  ['breaks ties', breakTies],
  ['groups a union by source', (relation) => unionBySource(relation, sides)],
  ['splits aggregates', (relation) => splitAggregates(relation, everywhere, everywhere)],
  ['pulls what aggregates need', (relation) => splitAggregates(relation, everywhere, () => false)],
  ['pushes projections', (relation) => pushProjections(relation, everywhere)],
  ['places limits', (relation) => placeLimits(relation, everywhere)],
]

describe.each(rewrites)('a rewrite that %s', (_, rewrite) => {
  it(`keeps the answer of any relation (${runs} runs)`, { tags: [long] }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
        const tables = ids.map((id) => ({ id, rows: drawRows(draw) }))
        const { relation, ordered } = drawRelation(draw, ids)
        const rewritten = rewrite(relation)
        expect(shapesOf(rewritten)).toEqual(shapesOf(relation))
        // A page without an order may have any rows, so a rewrite may change which.
        if ([...operatorsOf(relation)].some(({ op }) => op === 'limit') && !ordered) return
        const session = await bench.engine.connect()
        try {
          const rowsOf = async (one: Relation) =>
            (await textRows(session, bench.engine.compile(one, inEngine(tables, columns)), shapesOf(one).length)).map((row) =>
              JSON.stringify(row),
            )
          const [before, after] = [await rowsOf(relation), await rowsOf(rewritten)]
          expect(ordered ? after : after.sort(), JSON.stringify(relation)).toEqual(ordered ? before : before.sort())
        } finally {
          await session.close()
        }
      }),
      { numRuns: runs, endOnFailure: true },
    )
  })
})

/** Rows of the tables that are read from Parquet. */
const largeRows = 300

describe('all rewrites together', () => {
  it(`keep what another DuckDB answers that filters no scan by a join's other side (${runs} runs)`, { tags: [long] }, async () => {
    const instance = await DuckDBInstance.create()
    const other = await instance.connect()
    const session = await bench.engine.connect()
    try {
      await other.run(`SET disabled_optimizers = 'join_filter_pushdown'; SET TimeZone = 'UTC'`)
      for (const [seed, id] of ids.entries()) {
        const rows = fc.sample(rowOf(columns), { numRuns: largeRows, seed })
        const scan = { op: 'scan', table: id, columns: columns.map(({ native: _, ...column }) => column) } as const
        const names = columns.map((_, index) => `c${index}`).join(', ')
        await session.run(`COPY (SELECT ${names} FROM ${inEngine([{ id, rows }], columns)(scan)}) TO '${fileOf(id)}' (FORMAT parquet)`)
      }
      const counts = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
          const { relation } = drawRelation(draw, ids, columns, (...given) => drawJoin(...given, 0))
          const rewritten = rewrites.reduce((one, [, rewrite]) => rewrite(one), relation)
          const before = (await other.runAndReadAll(digestSql(relation))).getRowObjectsJson()
          const after = await session.rows(digestSql(rewritten))
          const text = (rows: readonly object[]) => JSON.stringify(rows.map(Object.values).map((row) => row.map(String)))
          expect(text(after), JSON.stringify(relation)).toBe(text(before))
          for (const { op } of operatorsOf(relation)) counts.set(op, (counts.get(op) ?? 0) + 1)
        }),
        { numRuns: runs, endOnFailure: true },
      )
      expect(counts.get('join')).toBeGreaterThan(runs / 2)
    } finally {
      await session.close()
      other.closeSync()
      instance.closeSync()
    }
  })

  const fileOf = (id: string) => join(bench.folder, `${id.replace('/', '-')}.parquet`)

  /** How many rows a relation has, and a sum over them that no order changes. */
  function digestSql(relation: Relation): string {
    const texts = shapesOf(relation).map((_, index) => `coalesce('=' || CAST(c${index} AS VARCHAR), 'null')`)
    const sql = bench.engine.compile(relation, ({ table, columns: read }) => {
      const names = read.map(({ name }, position) => `c${columns.findIndex((column) => column.name === name)} AS c${position}`)
      return `(SELECT ${names.join(', ') || 'NULL AS c0'} FROM read_parquet('${fileOf(table)}')) AS t`
    })
    return `SELECT CAST(count(*) AS VARCHAR) AS n, CAST(sum(hash(concat_ws(chr(1), ${texts.join(', ')}))) AS VARCHAR) AS digest FROM (${sql}) AS answer`
  }
})

describe('pruning', () => {
  const scan = (...names: string[]): Relation => ({ op: 'scan', table: 't', columns: names.map((name) => ({ name, type: 'INT64' })) })
  const at = (index: number) => ({ kind: 'column', index }) as const

  it('reads only the columns that the answer needs', () => {
    const filtered: Relation = { op: 'filter', predicate: { kind: 'isNull', input: at(3), negated: true }, input: scan('a', 'b', 'c', 'd') }
    const sorted: Relation = { op: 'sort', keys: [{ column: 1, descending: false, nullsFirst: false }], input: filtered }
    const pruned = pruneColumns({ op: 'project', outputs: [at(2)], input: sorted })
    expect(scansOf(pruned)).toEqual([scan('b', 'c', 'd')])
  })

  it('reads no column to count rows, and none for a measure that is not read', () => {
    const counted: Relation = {
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'COUNT' }, { function: 'SUM', input: at(0) }],
      input: scan('a'),
    }
    expect(pruneColumns({ op: 'project', outputs: [at(0)], input: counted })).toEqual({
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'COUNT' }],
      input: scan(),
    })
  })

  it('keeps one row for all rows when no measure is read', () => {
    const counted: Relation = { op: 'aggregate', groups: [], measures: [{ function: 'MAX', input: at(0) }], input: scan('a') }
    const one = { kind: 'literal', shape: { type: 'INT64' }, value: '1' } as const
    expect(pruneColumns({ op: 'project', outputs: [one], input: counted })).toEqual({
      op: 'project',
      outputs: [one],
      input: { op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input: scan() },
    })
  })

  it('gives every input of a union the same columns in the same order', () => {
    const flipped: Relation = { op: 'project', outputs: [at(1), at(0)], input: scan('b', 'a') }
    const filtered: Relation = { op: 'filter', predicate: { kind: 'isNull', input: at(0), negated: true }, input: scan('a', 'b') }
    const pruned = pruneColumns({ op: 'project', outputs: [at(1)], input: { op: 'union', inputs: [flipped, filtered] } })
    expect(shapesOf(pruned)).toEqual([{ type: 'INT64' }])
    expect(scansOf(pruned)).toEqual([scan('b'), scan('a', 'b')])
  })
})

describe('placing limits', () => {
  it('refuses a deep page of several sources that has no order', async () => {
    const scan: Relation = { op: 'scan', table: 't', columns: [] }
    const page: Relation = { op: 'limit', count: 2, offset: 100_000, input: { op: 'union', inputs: [scan, scan] } }
    expect(await failureOf(() => placeLimits(page, everywhere))).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['offset'] })
    expect(placeLimits(page, () => false)).toEqual(page)
  })
})
