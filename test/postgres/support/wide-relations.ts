import type { Expression, Relation } from '../../../src/connector/relation.js'

const scan: Relation = {
  op: 'scan',
  table: 'wide/wide',
  columns: [
    { name: 'n', type: 'INT64' },
    { name: 't', type: 'STRING' },
  ],
}
const many = <T>(count: number, item: (at: number) => T) => Array.from({ length: count }, (_, at) => item(at))
const column = (at: number): Expression => ({ kind: 'column', index: at % 2 })
const keys = (count: number) => many(count, (at) => ({ column: at, descending: false, nullsFirst: false }))
const numbers = { ...scan, columns: scan.columns.slice(0, 1) }
const number: Expression = { kind: 'column', index: 0 }

/** Relations over a table `wide` of the rows (1, a), (2, b) and (2, b), as wide as queries may be, and the first two columns of their answers. */
export const wideRelations: readonly { what: string; relation: Relation; rows: string[][] }[] = [
  {
    what: 'a projection of 1,000 columns, sorted by all of them,',
    relation: { op: 'sort', keys: keys(1000), input: { op: 'project', outputs: many(1000, column), input: scan } },
    rows: [
      ['1', 'a'],
      ['2', 'b'],
      ['2', 'b'],
    ],
  },
  {
    what: 'a page of 1,000 columns, sorted by 840,',
    relation: {
      op: 'limit',
      count: 2,
      offset: 1,
      input: { op: 'sort', keys: keys(840), input: { op: 'project', outputs: many(1000, column), input: scan } },
    },
    rows: [
      ['2', 'b'],
      ['2', 'b'],
    ],
  },
  {
    what: 'a sorted aggregation by 1,000 groups with 1,000 measures',
    relation: {
      op: 'sort',
      keys: keys(1000),
      input: { op: 'aggregate', groups: many(1000, column), measures: many(1000, () => ({ function: 'COUNT' as const })), input: scan },
    },
    rows: [
      ['1', 'a'],
      ['2', 'b'],
    ],
  },
  {
    what: 'an aggregation by 1,000 groups of numbers',
    relation: { op: 'sort', keys: keys(1000), input: { op: 'aggregate', groups: many(1000, () => number), measures: [], input: numbers } },
    rows: [
      ['1', '1'],
      ['2', '2'],
    ],
  },
  {
    what: 'a union of 40 tables under a filter of 500 terms',
    relation: {
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'COUNT' }, { function: 'SUM', input: number }],
      input: {
        op: 'filter',
        predicate: {
          kind: 'and',
          terms: many(500, (at) => ({
            kind: 'compare' as const,
            comparison: 'ne' as const,
            left: number,
            right: { kind: 'literal' as const, shape: { type: 'INT64' as const }, value: String(at + 2) },
          })),
        },
        input: { op: 'union', inputs: many(40, () => numbers) },
      },
    },
    rows: [['40', '40']],
  },
]
