import { expect, test } from 'vitest'
import { rowsBound } from '../../connectors/files/rows-bound.js'
import type { Expression, Relation, TableScan } from '../../src/connector/relation.js'

const scan: TableScan = {
  op: 'scan',
  table: 't',
  columns: [
    { name: 'ward', type: 'STRING' },
    { name: 'note', type: 'STRING' },
  ],
}
const profile = { nullRatio: 0, distinctCount: 20, topValues: [], histogram: [] }
const column = { title: 'x', type: 'STRING', nullable: true, sensitivity: 'NONE' } as const
const bound = (relation: Relation) =>
  rowsBound(relation, () => ({
    rowCount: 1000,
    columns: [
      { ...column, name: 'ward', profile },
      { ...column, name: 'note' },
    ],
  }))
const at = (index: number): Expression => ({ kind: 'column', index })
const grouped = (groups: Expression[], input: Relation = scan): Relation => ({
  op: 'aggregate',
  groups,
  measures: [{ function: 'COUNT' }],
  input,
})
const literal: Expression = { kind: 'literal', shape: { type: 'STRING' }, value: 'camden' }

test.each<[string, Relation, ReturnType<typeof bound>]>([
  ['a table', scan, { rows: 1000, exact: true, likely: 1000 }],
  ['a page', { op: 'limit', count: 10, offset: 995, input: scan }, { rows: 5, exact: true, likely: 5 }],
  ['all in one', grouped([]), { rows: 1, exact: true, likely: 1 }],
  [
    'groups of known values: twice as many, since of large tables they are estimates',
    grouped([at(0)]),
    { rows: 1000, exact: false, likely: 41 },
  ],
  ['groups of values that nobody counted', grouped([at(1)]), { rows: 1000, exact: false, likely: 1000 }],
  ['groups by both', grouped([at(0), at(1)]), { rows: 1000, exact: false, likely: 1000 }],
  [
    'groups through a filter and a projection, with a name of the source',
    grouped([at(1), at(0)], {
      op: 'project',
      outputs: [literal, at(0)],
      input: { op: 'filter', predicate: { kind: 'isNull', input: at(0), negated: true }, input: scan },
    }),
    { rows: 1000, exact: false, likely: 123 },
  ],
  ['groups over two tables', grouped([at(0)], { op: 'union', inputs: [scan, scan] }), { rows: 2000, exact: false, likely: 81 }],
  [
    'a page of groups',
    { op: 'limit', count: 10, offset: 0, input: { op: 'sort', keys: [], input: grouped([at(0)]) } },
    { rows: 10, exact: false, likely: 10 },
  ],
])('%s', (_, relation, expected) => {
  expect(bound(relation)).toEqual(expected)
})
